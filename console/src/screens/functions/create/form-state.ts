/** What the form for a new function holds, what is wrong with it, and the plan it makes. */

import type { Runtime } from "../../../aws/functions";
import { ownRuntime } from "../../../aws/session";
import type { StreamTable } from "../../../aws/stream-tables";
import { familyOf, RUNTIMES, STARTS } from "../runtimes";
import { blueprint, FROM_SCRATCH, STREAM_BLUEPRINT } from "./blueprints";
import type { Plan, Trigger } from "./creation";

export interface FormState {
  begin: "scratch" | "blueprint";
  blueprint: string | undefined;
  name: string;
  runtime: Runtime;
  role: "new" | "existing";
  /** Nothing: as suggested for the function's name. */
  newRole: string | undefined;
  roleArn: string | undefined;
  allowStream: boolean;
  table: string | undefined;
  batchSize: string;
  startingPosition: Trigger["startingPosition"];
  enabled: boolean;
  /** Code that was edited, by what it began from: choosing another blueprint loses nothing. */
  edited: Record<string, string>;
}

export function began(table: string | undefined): FormState {
  return {
    begin: table === undefined ? "scratch" : "blueprint",
    blueprint: table === undefined ? undefined : STREAM_BLUEPRINT,
    name: "",
    runtime: RUNTIMES.find(({ value }) => value === ownRuntime())?.value ?? "python3.13",
    role: "new",
    newRole: undefined,
    roleArn: undefined,
    allowStream: true,
    table,
    batchSize: "100",
    startingPosition: "LATEST",
    enabled: true,
    edited: {},
  };
}

const place = (table: string | undefined) => `millrace.new-function.${table ?? ""}`;

/** The form as it was left in this tab, for instance to turn a stream on, or a new one. */
export function resumed(table: string | undefined): FormState {
  const kept = sessionStorage.getItem(place(table));
  return kept === null ? began(table) : { ...began(table), ...(JSON.parse(kept) as FormState) };
}

/** Keep the form for when this tab comes back to it; without one, forget it. */
export function keep(table: string | undefined, form: FormState | undefined): void {
  if (form === undefined) {
    sessionStorage.removeItem(place(table));
  } else {
    sessionStorage.setItem(place(table), JSON.stringify(form));
  }
}

const family = (form: FormState) => familyOf(form.runtime) ?? "python";

const source = (form: FormState): string =>
  form.begin === "scratch" ? `scratch ${family(form)}` : (form.blueprint ?? "");

export const codeOf = (form: FormState): string =>
  form.edited[source(form)] ?? blueprint(source(form))?.code ?? FROM_SCRATCH[family(form)];

/** A blueprint is for one family of runtimes. */
export function runtimesOf(form: FormState): typeof RUNTIMES {
  const wanted = form.begin === "blueprint" ? blueprint(form.blueprint)?.family : undefined;
  return RUNTIMES.filter(({ value }) => wanted === undefined || familyOf(value) === wanted);
}

/** The form with a runtime that its code can run on. */
export function suited(form: FormState): FormState {
  const runtimes = runtimesOf(form);
  const wanted = familyOf(runtimes[0]?.value ?? "");
  return wanted === undefined || runtimes.some(({ value }) => value === form.runtime)
    ? form
    : { ...form, runtime: wanted === "python" ? began(undefined).runtime : STARTS[wanted].runtime };
}

export const withCode = (form: FormState, code: string): FormState => ({
  ...form,
  edited: { ...form.edited, [source(form)]: code },
});

export const newRoleOf = (form: FormState): string =>
  form.newRole ?? (form.name === "" ? "" : `${form.name}-role`);

/** Whether the function is to be connected to a stream. From scratch it is when a table's screen led here. */
export function wantsTrigger(form: FormState, table: string | undefined): boolean {
  return form.begin === "scratch" ? table !== undefined : blueprint(form.blueprint)?.stream === true;
}

export type Troubles = Partial<Record<"blueprint" | "functionName" | "role" | "table" | "batchSize", string>>;

/**
 * What only the form can see. The function's name is among it because the role is made before it: the server
 * would tell of a bad name too late.
 */
export function troublesOf(form: FormState, trigger: boolean, taken: readonly string[]): Troubles {
  const troubles: Troubles = {};
  if (form.begin === "blueprint" && form.blueprint === undefined) {
    troubles.blueprint = "Choose a blueprint.";
  }
  if (!/^[a-zA-Z0-9-_]{1,64}$/.test(form.name)) {
    troubles.functionName =
      "Use 1 to 64 letters, digits, hyphens and underscores, without spaces, for the function's name.";
  } else if (taken.includes(form.name)) {
    troubles.functionName = `Function already exist: ${form.name}`;
  }
  if (form.role === "existing" && form.roleArn === undefined) {
    troubles.role = "Choose a role.";
  }
  if (trigger && form.table === undefined) {
    troubles.table = "Choose a table whose stream is on.";
  }
  if (trigger && !/^\d+$/.test(form.batchSize)) {
    troubles.batchSize = "Give a whole number of records.";
  }
  return troubles;
}

export function planOf(form: FormState, table: StreamTable | undefined): Plan {
  return {
    name: form.name,
    runtime: form.runtime,
    code: codeOf(form),
    role:
      form.role === "new"
        ? { kind: "new", name: newRoleOf(form) }
        : { kind: "existing", arn: form.roleArn ?? "", allowStream: form.allowStream },
    trigger:
      table?.streamArn === undefined
        ? undefined
        : {
            table: table.name,
            streamArn: table.streamArn,
            batchSize: Number(form.batchSize),
            startingPosition: form.startingPosition,
            enabled: form.enabled,
            partial: blueprint(form.blueprint)?.partial === true && form.begin === "blueprint",
          },
  };
}
