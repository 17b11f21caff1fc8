"use strict";
/* The Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
const http = require("node:http");
const { told } = require("./errors.cjs");

const TYPE_LENGTH_MAX = 1024;

class Client {
  constructor(address) {
    const [hostname, port] = address.split(":");
    this.target = { hostname, port, agent: new http.Agent({ keepAlive: true, maxSockets: 1 }) };
  }

  call(method, path, body, headers = {}) {
    const options = { ...this.target, method, path: `/2018-06-01/runtime/${path}`, headers };
    if (body !== undefined) options.headers["Content-Length"] = body.length;
    return new Promise((resolve, reject) => {
      const request = http.request(options, (response) => {
        const chunks = [];
        response
          .on("data", (chunk) => chunks.push(chunk))
          .on("error", reject)
          .on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
      });
      request.setNoDelay(true);
      request.on("error", reject).end(body);
    });
  }

  next() {
    return this.call("GET", "invocation/next");
  }

  /** `body` is bytes. */
  respond(id, body, type = "application/json") {
    return this.call("POST", `invocation/${id}/response`, body, { "Content-Type": type });
  }

  fail(id, error) {
    return this.#failure(`invocation/${id}/error`, error);
  }

  failInit(error) {
    return this.#failure("init/error", error);
  }

  #failure(path, error) {
    const document = told(error);
    const headers = {
      "Content-Type": "application/json",
      // Names may be of any length, headers may not.
      "Lambda-Runtime-Function-Error-Type": encodeURIComponent(document.errorType).slice(0, TYPE_LENGTH_MAX),
    };
    return this.call("POST", path, Buffer.from(JSON.stringify(document)), headers);
  }
}

module.exports = { Client };
