"use strict";
/*
 * What runs functions on Node.js: it loads the handler, asks the Runtime API for events, one after the other, and
 * answers as AWS's own runtime client for Node.js does.
 */
const { patch, setRequestId } = require("./console.cjs");
const { Client } = require("./client.cjs");
const { RuntimeError } = require("./errors.cjs");
const { Ending, facts } = require("./invocation.cjs");
const { load } = require("./handler.cjs");
const { ResponseStream, awslambda, streams } = require("./stream.cjs");

const CALLBACKS_UNTIL = 22; // the last runtime whose handlers may use callbacks

class Runtime {
  constructor() {
    this.logError = patch();
    this.client = new Client(process.env.AWS_LAMBDA_RUNTIME_API);
    this.idle = undefined;
    this.report = (error) => this.client.failInit(error);
    process.on("beforeExit", () => this.idle?.());
    process.on("uncaughtException", (error) => this.end("Uncaught Exception", error, 129));
    process.on("unhandledRejection", (reason, promise) => {
      const error = new RuntimeError("UnhandledPromiseRejection", String(reason));
      Object.assign(error, { reason, promise });
      this.end("Unhandled Promise Rejection", error, 128);
    });
  }

  /** Tells of an error after which nothing can go on. */
  end(what, error, status) {
    this.idle = undefined;
    this.logError(what, error);
    this.report(error).finally(() => process.exit(status));
  }

  async start() {
    if (!["1", "true"].includes(process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA)) globalThis.awslambda = awslambda;
    try {
      this.handler = await load(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
      this.asynchronous = this.handler.constructor?.name === "AsyncFunction";
      this.refuseCallbacks();
    } catch (error) {
      this.end("Uncaught Exception", error, 129);
      return;
    }
    this.loop();
  }

  refuseCallbacks() {
    const version = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV ?? "")?.[1] ?? 0);
    if (version > CALLBACKS_UNTIL && this.handler.length >= 3 && !this.asynchronous && !streams(this.handler)) {
      throw new RuntimeError(
        "CallbackHandlerDeprecated",
        "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.",
      );
    }
  }

  /** Asks for the next event in a turn of its own, so that nothing of the last one is on the stack. */
  loop() {
    setImmediate(() => {
      const handling = streams(this.handler) ? this.handleStreaming() : this.handle();
      handling.catch((error) => this.end("Uncaught Exception", error, 129));
    });
  }

  async next() {
    const { headers, body } = await this.client.next();
    const id = headers["lambda-runtime-aws-request-id"];
    setRequestId(id);
    this.report = (error) => this.client.fail(id, error);
    if (headers["lambda-runtime-trace-id"]) process.env._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
    else delete process.env._X_AMZN_TRACE_ID;
    return { id, headers, event: JSON.parse(body.toString("utf8")) };
  }

  async handle() {
    const { id, headers, event } = await this.next();
    const ending = new Ending({
      client: this.client,
      id,
      logError: this.logError,
      asynchronous: this.asynchronous,
      whenIdle: (act) => {
        this.idle = act;
      },
      settle: (post) => this.settle(id, post),
    });
    try {
      const result = this.handler(event, ending.context(headers), (error, value) => ending.callback(error, value));
      if (typeof result?.then === "function") {
        result.then(
          (value) => ending.succeed(value),
          (error) => ending.fail(error ?? "handled"),
        );
      }
    } catch (error) {
      ending.fail(error);
    }
  }

  async settle(id, post) {
    try {
      await post().catch((error) => {
        this.logError("Invoke Error", error);
        return this.client.fail(id, error);
      });
    } catch (error) {
      this.end("Uncaught Exception", error, 129);
      return;
    }
    this.loop();
  }

  async handleStreaming() {
    const { id, headers, event } = await this.next();
    const stream = new ResponseStream();
    this.idle = undefined;
    this.settle(id, async () => {
      const result = this.handler(event, stream, facts(headers));
      if (typeof result?.then !== "function") throw "Streaming does not support non-async handlers.";
      if ((await result) !== undefined) console.warn("Streaming handlers ignore return values.");
      if (!stream.writableEnded) throw "Response stream is not finished.";
      return this.client.respond(id, stream.body, stream.type);
    });
  }
}

new Runtime().start();
