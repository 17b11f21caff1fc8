"use strict";
/* One event on its way through the handler: its context, and the ways in which it can end, each once. */
const { RuntimeError } = require("./errors.cjs");

const parsed = (text, name) => {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
};

/** What the context tells, from the environment and the headers of the event. */
function facts(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parsed(headers["lambda-runtime-client-context"], "ClientContext"),
    identity: parsed(headers["lambda-runtime-cognito-identity"], "CognitoIdentity"),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    tenantId: headers["lambda-runtime-aws-tenant-id"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

const json = (result) => {
  let text;
  try {
    text = JSON.stringify(result === undefined ? null : result);
  } catch {
    throw new Error("Unable to stringify response body");
  }
  return Buffer.from(text ?? "null");
};

/**
 * The end of an invocation. `settle` gets a function that posts it; whatever comes second is not heard. `whenIdle`
 * keeps what is to be done when nothing is left to do.
 */
class Ending {
  constructor({ client, id, logError, settle, whenIdle, asynchronous }) {
    Object.assign(this, { client, id, logError, settle, whenIdle });
    this.over = false;
    this.waits = true;
    whenIdle(() => (asynchronous ? this.abandon() : this.succeed(undefined)));
  }

  once(act) {
    if (this.over) return;
    this.over = true;
    this.whenIdle(undefined);
    act();
  }

  succeed(result) {
    this.once(() => this.#post(result));
  }

  fail(error) {
    this.once(() => this.#postError(error));
  }

  done(error, result) {
    if (error === undefined || error === null) this.succeed(result);
    else this.fail(error);
  }

  /** The third parameter of a handler: by default it waits until the event loop is empty. */
  callback(error, result) {
    if (error !== undefined && error !== null) {
      this.fail(error);
      return;
    }
    this.once(() => {
      if (this.waits) this.whenIdle(() => setImmediate(() => this.#post(result)));
      else this.#post(result);
    });
  }

  /** The handler is async, and what it waits for can never come. */
  abandon() {
    this.fail(
      new RuntimeError(
        "NodeJsExit",
        "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes",
      ),
    );
  }

  #post(result) {
    this.whenIdle(undefined);
    this.settle(async () => this.client.respond(this.id, json(result)));
  }

  #postError(error) {
    this.settle(() => {
      this.logError("Invoke Error", error);
      return this.client.fail(this.id, error);
    });
  }

  /** What handlers are given as their context. */
  context(headers) {
    const ending = this;
    return Object.assign(
      {
        get callbackWaitsForEmptyEventLoop() {
          return ending.waits;
        },
        set callbackWaitsForEmptyEventLoop(value) {
          ending.waits = value;
        },
        succeed: (result) => ending.succeed(result),
        fail: (error) => ending.fail(error ?? "handled"),
        done: (error, result) => ending.done(error, result),
      },
      facts(headers),
    );
  }
}

module.exports = { Ending, facts };
