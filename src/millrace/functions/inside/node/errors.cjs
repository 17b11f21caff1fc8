"use strict";
/* What goes wrong in functions, in the forms of AWS's runtime for Node.js. */

/** The errors the runtime itself raises; their names are told as `Runtime.Name`. */
class RuntimeError extends Error {
  constructor(kind, message) {
    super(message);
    this.name = `Runtime.${kind}`;
  }
}

const escaped = (text) => text.replaceAll("\x7f", "%7F");

const isErrorLike = (value) =>
  value instanceof Error ||
  ["name", "message", "stack"].every((name) => value && value[name] && typeof value[name] === "string");

/** What the Runtime API is told of an error. */
function told(error) {
  try {
    if (!isErrorLike(error)) {
      return { errorType: typeof error, errorMessage: error.toString(), trace: [] };
    }
    return {
      errorType: escaped(error.name),
      errorMessage: escaped(error.message),
      trace: escaped(error.stack).split("\n"),
    };
  } catch {
    return {
      errorType: "handled",
      errorMessage:
        "callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack",
    };
  }
}

const withMembers = (_key, value) => {
  if (!(value instanceof Error)) return value;
  const shown = { errorType: value.name, errorMessage: value.message, code: value.code, ...value };
  if (typeof value.stack === "string") shown.stack = value.stack.split("\n");
  // A name that an object has of its own is told as the type already.
  if (value instanceof RuntimeError) delete shown.name;
  return shown;
};

/** An error as a line of the text log has it. */
function line(error) {
  try {
    return `\t${JSON.stringify(error, withMembers)}`;
  } catch {
    return `\t${JSON.stringify(told(error))}`;
  }
}

const asError = (value) => (value instanceof Error ? value : new Error(value));

module.exports = { RuntimeError, asError, line, told };
