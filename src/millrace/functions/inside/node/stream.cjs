"use strict";
/*
 * Handlers that stream (`awslambda.streamifyResponse`). What they write is kept and answered as a whole, as a
 * buffered invocation of them is on AWS.
 */
const { Writable } = require("node:stream");

const STREAMS = Symbol.for("aws.lambda.runtime.handler.streaming");
const PRELUDE = "application/vnd.awslambda.http-integration-response";

class ResponseStream extends Writable {
  #chunks = [];
  type = "application/octet-stream";

  setContentType(type) {
    this.type = type;
  }

  _write(chunk, _encoding, done) {
    this._onBeforeFirstWrite?.((data) => this.#chunks.push(Buffer.from(data)));
    this._onBeforeFirstWrite = undefined;
    this.#chunks.push(Buffer.from(chunk));
    done();
  }

  /** All that was written. */
  get body() {
    return Buffer.concat(this.#chunks);
  }
}

/** What functions find as `awslambda`. */
const awslambda = {
  streamifyResponse(handler) {
    handler[STREAMS] = "response";
    return handler;
  },
  HttpResponseStream: {
    from(stream, prelude) {
      stream.setContentType(PRELUDE);
      stream._onBeforeFirstWrite = (write) => {
        write(JSON.stringify(prelude));
        write(new Uint8Array(8));
      };
      return stream;
    },
  },
};

const streams = (handler) => handler[STREAMS] === "response";

module.exports = { ResponseStream, awslambda, streams };
