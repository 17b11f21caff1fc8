"use strict";
/*
 * `console` as AWS's runtime gives it to functions: every call is one event of the log, in text or in JSON, if its
 * level is high enough.
 */
const fs = require("node:fs");
const util = require("node:util");
const { asError, line } = require("./errors.cjs");

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const REQUEST_ID = Symbol.for("aws.lambda.runtime.requestId");

const setRequestId = (id) => {
  globalThis[REQUEST_ID] = id;
};

const stackOf = (error, none) => (typeof error.stack === "string" ? error.stack.split("\n") : none);

const withErrors = (_key, value) =>
  value instanceof Error
    ? {
        errorType: value.constructor?.name ?? "UnknownError",
        errorMessage: value.message,
        stackTrace: stackOf(value, value.stack),
        ...value,
      }
    : value;

function jsonRecord(timestamp, level, parameters) {
  const record = { timestamp, level, requestId: globalThis[REQUEST_ID] };
  if (parameters.length === 1) {
    try {
      return JSON.stringify({ ...record, message: parameters[0] }, withErrors);
    } catch {
      return JSON.stringify({ ...record, message: util.format(parameters[0]) });
    }
  }
  record.message = util.format(...parameters);
  const error = parameters.find((one) => one instanceof Error);
  if (error !== undefined) {
    record.errorType = error.constructor?.name ?? "UnknownError";
    record.errorMessage = error.message;
    record.stackTrace = stackOf(error, []);
  }
  return JSON.stringify(record);
}

const textRecord = (timestamp, level, parameters) =>
  `${timestamp}\t${globalThis[REQUEST_ID]}\t${level}\t${util.format(...parameters)}\n`;

/** Writes all of it, also to a pipe that is full and was made not to wait by whoever uses it besides. */
function write(descriptor, data) {
  let at = 0;
  while (at < data.length) {
    try {
      at += fs.writeSync(descriptor, data, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** A frame keeps what has several lines together: kind, length, microseconds, text. */
function frame(kind, now, text) {
  const body = Buffer.from(text, "utf8");
  const head = Buffer.alloc(16);
  head.writeUInt32BE((0xa55a0000 | kind) >>> 0, 0);
  head.writeUInt32BE(body.length, 4);
  head.writeBigInt64BE(BigInt(now.valueOf()) * 1000n, 8);
  return Buffer.concat([head, body]);
}

/** Puts the functions of `console` in place; answers how the runtime logs errors of its own. */
function patch() {
  const json = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === "JSON";
  const least = Math.max(0, LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()));
  const descriptor = Number.parseInt(process.env._LAMBDA_TELEMETRY_LOG_FD ?? "1", 10);
  delete process.env._LAMBDA_TELEMETRY_LOG_FD;

  const logger = (level) => {
    const rank = LEVELS.indexOf(level);
    if (rank < least) return () => {};
    const kind = (json ? 2 : 3) | ((rank + 1) << 2);
    return (...parameters) => {
      const now = new Date();
      const text = (json ? jsonRecord : textRecord)(now.toISOString(), level, parameters);
      write(descriptor, frame(kind, now, text));
    };
  };
  for (const level of LEVELS) console[level.toLowerCase()] = logger(level);
  console.log = console.info;
  return json
    ? (_what, error) => console.error(asError(error))
    : (what, error) => console.error(what, line(asError(error)));
}

module.exports = { patch, setRequestId };
