import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Failure, failure } from "../aws/failure";
import { notify } from "./notices";

export interface Submit<Input, Output> {
  /** What came of it; nothing when it failed. */
  run: (input: Input) => Promise<{ output: Output } | undefined>;
  busy: boolean;
  failure: Failure | undefined;
  /** AWS's message if it is about one of these request parameters, to be shown beside their field. */
  errorOf: (...parameters: string[]) => string | undefined;
  /** AWS's message if it belongs to none of the fields that `errorOf` was asked for. */
  formError: (...placed: string[]) => string | undefined;
  reset: () => void;
}

/**
 * A call that changes something. A failure stays with the form (nothing that was typed is lost); `done` says what is
 * told when it went well. Everything shown is read again afterwards.
 */
export function useSubmit<Input = void, Output = unknown>(
  call: (input: Input) => Promise<Output>,
  options: { done?: (output: Output, input: Input) => string; tellFailure?: boolean } = {},
): Submit<Input, Output> {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: call,
    onSuccess: (output, input) => {
      if (options.done !== undefined) {
        notify("success", options.done(output, input));
      }
    },
    onError: (error) => {
      if (options.tellFailure) {
        const told = failure(error);
        notify("error", `${told.code}: ${told.message}`);
      }
    },
    onSettled: () => client.invalidateQueries(),
  });
  // The same failure is the same object, so that effects can tell a new one.
  const told = useMemo(
    () => (mutation.error === null ? undefined : failure(mutation.error)),
    [mutation.error],
  );
  return {
    run: (input) =>
      mutation.mutateAsync(input).then(
        (output) => ({ output }),
        () => undefined,
      ),
    busy: mutation.isPending,
    failure: told,
    errorOf: (...parameters) =>
      told?.field !== undefined && parameters.includes(told.field) ? told.message : undefined,
    formError: (...placed) =>
      told !== undefined && (told.field === undefined || !placed.includes(told.field))
        ? `${told.code}: ${told.message}`
        : undefined,
    reset: mutation.reset,
  };
}
