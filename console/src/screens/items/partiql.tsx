import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useMemo, useState } from "react";
import { execute, type StatementPage } from "../../aws/statements";
import type { TableDescription } from "../../aws/tables";
import { useFocusWrong } from "../../parts/focus-wrong";
import { useSubmit } from "../../parts/submit";
import { StatementResults } from "./statement-results";
import { templatesOf } from "./statement-templates";
import { schemaOf } from "./table-keys";

const PAGE_SIZE = 50;

/** What was typed of each table, while the console is open. */
const typed = new Map<string, string>();

interface Asked {
  statement: string;
  /** The pages before, when it goes on. */
  before: StatementPage[];
}

/** A statement, carried out when somebody says so and never by an address: it may write. */
export function Partiql({ name, table }: { name: string; table: TableDescription }) {
  const templates = useMemo(() => {
    const schema = schemaOf(table);
    return schema === undefined ? [] : templatesOf(name, schema);
  }, [name, table]);
  const [statement, setStatement] = useState(() => typed.get(name) ?? templates[0]?.statement ?? "");
  const [done, setDone] = useState<{ statement: string; pages: StatementPage[] }>();
  const submit = useSubmit(async (asked: Asked) => {
    const next = asked.before[asked.before.length - 1]?.next;
    const page = await execute(asked.statement, PAGE_SIZE, next);
    setDone({ statement: asked.statement, pages: [...asked.before, page] });
  });
  const form = useFocusWrong(submit.failure);
  const type = (text: string) => {
    typed.set(name, text);
    setStatement(text);
  };
  const run = () => {
    setDone(undefined);
    void submit.run({ statement, before: [] });
  };
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">PartiQL editor</Header>}>
        <form
          ref={form}
          onSubmit={(event) => {
            event.preventDefault();
            run();
          }}
        >
          <SpaceBetween size="m">
            <FormField
              label="Statement"
              description="One SELECT, INSERT, UPDATE or DELETE. Ctrl+Enter runs it."
              errorText={submit.failure?.message}
              stretch
            >
              <Textarea
                value={statement}
                rows={4}
                spellcheck={false}
                onChange={({ detail }) => type(detail.value)}
                onKeyDown={(event) => {
                  if (event.detail.key === "Enter" && (event.detail.ctrlKey || event.detail.metaKey)) {
                    event.preventDefault();
                    run();
                  }
                }}
              />
            </FormField>
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="primary" loading={submit.busy} disabled={statement.trim() === ""}>
                Run
              </Button>
              <ButtonDropdown
                items={templates.map(({ id, text }) => ({ id, text }))}
                onItemClick={({ detail }) =>
                  type(templates.find(({ id }) => id === detail.id)?.statement ?? statement)
                }
              >
                Start from
              </ButtonDropdown>
            </SpaceBetween>
          </SpaceBetween>
        </form>
      </Container>
      <StatementResults
        pages={done?.pages}
        table={table}
        busy={submit.busy}
        refused={submit.failure !== undefined}
        onNext={() => done && void submit.run({ statement: done.statement, before: done.pages })}
      />
    </SpaceBetween>
  );
}
