import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useSearchParams } from "react-router";
import { streamTables } from "../../../aws/stream-tables";
import { CodeEditor } from "../../../parts/code-editor";
import { useFocusWrong } from "../../../parts/focus-wrong";
import { useGo } from "../../../parts/go";
import { Page } from "../../../parts/page";
import { useFunctions } from "../../../parts/queries";
import { paths } from "../../../paths";
import { about, aboutElse } from "../blame";
import { startOf } from "../runtimes";
import { Basics } from "./basics";
import { BlueprintChooser } from "./blueprint-chooser";
import {
  codeOf,
  type FormState,
  keep,
  newRoleOf,
  planOf,
  resumed,
  suited,
  type Troubles,
  troublesOf,
  wantsTrigger,
  withCode,
} from "./form-state";
import { useMaking } from "./making";
import { Progress } from "./progress";
import { RoleSection } from "./role-section";
import { TriggerSection } from "./trigger-section";

const PLACED = [
  "functionName",
  "runtime",
  "roleName",
  "role",
  "eventSourceArn",
  "batchSize",
  "startingPosition",
];

export default function CreateFunction() {
  const [query] = useSearchParams();
  const asked = query.get("table") ?? undefined;
  const [form, setForm] = useState<FormState>(() => resumed(asked));
  const [troubles, setTroubles] = useState<Troubles>({});
  const functions = useFunctions();
  const tables = useQuery({ queryKey: ["stream-tables"], queryFn: streamTables, refetchInterval: 4000 });
  const go = useGo();
  const { submit, progress, functionName, hasRole } = useMaking();
  const place = useFocusWrong(Object.keys(troubles).length > 0 ? troubles : submit.failure);

  const trigger = wantsTrigger(form, asked);
  const table = trigger ? tables.data?.find(({ name }) => name === form.table) : undefined;
  const fixed = functionName !== undefined;
  const kept = (next: FormState) => {
    keep(asked, next);
    return next;
  };
  const change = (part: Partial<FormState>) => {
    setTroubles({});
    setForm((before) => kept(suited({ ...before, ...part })));
  };
  const errorOf = (...fields: string[]) =>
    fields.map((field) => troubles[field as keyof Troubles]).find((trouble) => trouble !== undefined) ??
    about(submit.failure, ...fields);
  const create = async (event: FormEvent) => {
    event.preventDefault();
    const taken = fixed ? [] : (functions.data ?? []).map(({ FunctionName }) => FunctionName ?? "");
    const found = troublesOf(form, trigger, taken);
    if (trigger && table !== undefined && table.streamArn === undefined) {
      found.table = `The stream of ${table.name} is off: turn it on first.`;
    }
    setTroubles(found);
    if (Object.keys(found).length > 0) {
      submit.reset();
      return;
    }
    const made = await submit.run(planOf(form, table));
    if (made !== undefined) {
      keep(asked, undefined);
      go(paths.function(made.output));
    } else if (hasRole(newRoleOf(form))) {
      change({ newRole: newRoleOf(form) }); // It is made: another name for the function must not make another.
    }
  };
  const start = startOf(form.runtime);
  const section = { form, errorOf, fixed, change };
  return (
    <Page title="Create function" crumbs={[{ text: "Functions", href: paths.functions() }]}>
      <form ref={place} onSubmit={(event) => void create(event)}>
        <Form
          errorText={aboutElse(submit.failure, ...PLACED)}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                variant="link"
                formAction="none"
                href={paths.functions()}
                onClick={() => keep(asked, undefined)}
              >
                Cancel
              </Button>
              <Button variant="primary" formAction="submit" loading={submit.busy}>
                Create function
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="l">
            <Tiles
              ariaLabel="How to begin"
              value={form.begin}
              onChange={({ detail }) =>
                change({ begin: detail.value === "scratch" ? "scratch" : "blueprint" })
              }
              items={[
                {
                  value: "scratch",
                  label: "Author from scratch",
                  description: "Begin with a few lines that answer.",
                  disabled: fixed,
                },
                {
                  value: "blueprint",
                  label: "Use a blueprint",
                  description: "Begin with code for a common task.",
                  disabled: fixed,
                },
              ]}
            />
            {form.begin === "blueprint" && !fixed ? (
              <BlueprintChooser
                chosen={form.blueprint}
                trouble={troubles.blueprint}
                onChoose={(blueprint) => change({ blueprint })}
              />
            ) : null}
            <Basics {...section} />
            {trigger ? (
              <TriggerSection {...section} tables={tables.data ?? []} loading={tables.isPending} />
            ) : null}
            <RoleSection {...section} trigger={trigger} table={table} />
            <Container
              header={
                <Header
                  variant="h2"
                  description={`${start.file}, with ${start.handler} as its handler. It can be changed at any time.`}
                >
                  Function code
                </Header>
              }
            >
              <CodeEditor
                value={codeOf(form)}
                language={start.language}
                ariaLabel={start.file}
                minHeight="180px"
                onChange={fixed ? undefined : (code) => setForm((now) => kept(withCode(now, code)))}
              />
            </Container>
            {progress.length > 0 ? <Progress progress={progress} failure={submit.failure} /> : null}
          </SpaceBetween>
        </Form>
      </form>
    </Page>
  );
}
