/** Making a function takes several calls. Each is a step, and what is made stays made: a second try goes on. */

import { roleOf } from "../../../aws/arn";
import { allowStream, createFunctionRole } from "../../../aws/function-roles";
import { createFunction, type Runtime, settled } from "../../../aws/functions";
import { createMapping } from "../../../aws/mappings";
import { bytesOf, zipOf } from "../code/package";
import { startOf } from "../runtimes";

export interface Plan {
  name: string;
  runtime: Runtime;
  code: string;
  role: { kind: "new"; name: string } | { kind: "existing"; arn: string; allowStream: boolean };
  trigger?: Trigger;
}

export interface Trigger {
  table: string;
  streamArn: string;
  batchSize: number;
  startingPosition: "LATEST" | "TRIM_HORIZON";
  enabled: boolean;
  partial: boolean;
}

/** What earlier tries made, by the names they made it under. */
export interface Made {
  roles: Record<string, string>;
  allowed: string[];
  functionName?: string;
  trigger?: boolean;
}

export interface Step {
  id: "role" | "function" | "active" | "trigger";
  title: string;
  run: (plan: Plan, made: Made) => Promise<Made>;
}

export const nothing: Made = { roles: {}, allowed: [] };

/** The steps that `plan` takes, in order. Each may be run again and then does only what is left to do. */
export function stepsOf(plan: Plan): Step[] {
  const role =
    plan.role.kind === "new"
      ? { title: `Create the role ${plan.role.name}` }
      : plan.role.allowStream && plan.trigger
        ? { title: `Let the role ${roleOf(plan.role.arn)} read the stream` }
        : undefined;
  return [
    ...(role === undefined ? [] : [{ id: "role" as const, title: role.title, run: makeRole }]),
    { id: "function", title: `Create the function ${plan.name}`, run: makeFunction },
    { id: "active", title: "Wait until it is active", run: waitActive },
    ...(plan.trigger === undefined
      ? []
      : [
          {
            id: "trigger" as const,
            title: `Connect it to the stream of ${plan.trigger.table}`,
            run: connect,
          },
        ]),
  ];
}

async function makeRole(plan: Plan, made: Made): Promise<Made> {
  const stream = plan.trigger?.streamArn;
  if (plan.role.kind === "new") {
    if (made.roles[plan.role.name] === undefined) {
      const arn = await createFunctionRole(plan.role.name, stream);
      return {
        roles: { ...made.roles, [plan.role.name]: arn },
        allowed: stream === undefined ? made.allowed : [...made.allowed, `${arn} ${stream}`],
        functionName: made.functionName,
      };
    }
    return allow(made, made.roles[plan.role.name] ?? "", stream);
  }
  return allow(made, plan.role.arn, stream);
}

/** The stream may be another than at the last try. */
async function allow(made: Made, arn: string, stream: string | undefined): Promise<Made> {
  const key = `${arn} ${stream}`;
  if (stream === undefined || made.allowed.includes(key)) {
    return made;
  }
  await allowStream(roleOf(arn), stream);
  return { ...made, allowed: [...made.allowed, key] };
}

async function makeFunction(plan: Plan, made: Made): Promise<Made> {
  if (made.functionName !== undefined) {
    return made;
  }
  await createFunction({
    FunctionName: plan.name,
    Runtime: plan.runtime,
    Handler: startOf(plan.runtime).handler,
    Role: plan.role.kind === "new" ? made.roles[plan.role.name] : plan.role.arn,
    Code: { ZipFile: zipOf([{ path: startOf(plan.runtime).file, bytes: bytesOf(plan.code) }]) },
  });
  return { ...made, functionName: plan.name };
}

async function waitActive(plan: Plan, made: Made): Promise<Made> {
  await settled(made.functionName ?? plan.name);
  return made;
}

async function connect(plan: Plan, made: Made): Promise<Made> {
  if (plan.trigger !== undefined && !made.trigger) {
    await createMapping({
      FunctionName: made.functionName ?? plan.name,
      EventSourceArn: plan.trigger.streamArn,
      BatchSize: plan.trigger.batchSize,
      StartingPosition: plan.trigger.startingPosition,
      Enabled: plan.trigger.enabled,
      FunctionResponseTypes: plan.trigger.partial ? ["ReportBatchItemFailures"] : undefined,
    });
  }
  return { ...made, trigger: true };
}
