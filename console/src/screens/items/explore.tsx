import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useParams, useSearchParams } from "react-router";
import { failure } from "../../aws/failure";
import type { TableDescription } from "../../aws/tables";
import { LoadedTable } from "../../parts/no-table";
import { Page } from "../../parts/page";
import { isOpen, useTable } from "../../parts/queries";
import { SectionTabs } from "../../parts/section-tabs";
import { FailureAlert } from "../../parts/states";
import { StateNotice } from "../../parts/table-state";
import { paths } from "../../paths";
import { crumbsTo, itemsAddress, rememberItems } from "./items-page";
import { Partiql } from "./partiql";
import { fromParameters, type Question, toParameters } from "./question";
import { QuestionForm } from "./question-form";
import { type Reading, useReading } from "./reading";
import { type Mistakes, placeOf } from "./request";
import { Results } from "./results";
import { type Schema, schemaOf } from "./table-keys";

export default function Explore() {
  const { name = "" } = useParams();
  const table = useTable(name, false);
  return (
    <Page
      title={name}
      crumb="Explore items"
      crumbs={crumbsTo(name, false)}
      actions={<Button href={paths.table(name)}>View table details</Button>}
    >
      <LoadedTable query={table} label="Loading the table">
        {(told) =>
          isOpen(told) ? <Asking key={name} name={name} table={told} /> : <StateNotice table={told} />
        }
      </LoadedTable>
    </Page>
  );
}

/** The two ways to ask: with a form, or in words. */
function Asking({ name, table }: { name: string; table: TableDescription }) {
  const [parameters] = useSearchParams();
  return (
    <SectionTabs
      ariaLabel="Ways to ask"
      sections={[
        { id: "items", label: "Scan or query", content: () => <Exploring name={name} table={table} /> },
        { id: "partiql", label: "PartiQL", content: () => <Partiql name={name} table={table} /> },
      ]}
      asked={parameters.get("view")}
      href={(id) => (id === "partiql" ? paths.partiql(name) : itemsAddress(name))}
    />
  );
}

/** What is asked is in the address: it can be shared, gone back from and loaded again. */
function Exploring({ name, table }: { name: string; table: TableDescription }) {
  const [parameters, setParameters] = useSearchParams();
  const client = useQueryClient();
  const address = parameters.toString();
  const asked = useMemo(() => fromParameters(new URLSearchParams(address)), [address]);
  const reading = useReading(name, asked, table);
  useEffect(() => rememberItems(name, address), [name, address]);
  const run = (question: Question) => {
    const next = toParameters(question);
    if (next.toString() === toParameters(asked).toString()) {
      void client.resetQueries({ queryKey: ["items", name] });
    } else {
      setParameters(next);
    }
  };
  const schema = schemaOf(table, asked.index);
  const mistakes = useMistakes(reading, asked, schema);
  return (
    <SpaceBetween size="l">
      <QuestionForm
        name={name}
        table={table}
        asked={asked}
        refused={mistakes}
        busy={reading.isFetching && reading.data === undefined}
        known={reading.attributes}
        onRun={run}
      />
      {reading.error !== null && Object.keys(mistakes).length === 0 ? (
        <FailureAlert error={reading.error} retry={() => void reading.refetch()} />
      ) : null}
      <Results
        name={name}
        table={table}
        asked={asked}
        reading={reading}
        onPageSize={(pageSize) => run({ ...asked, pageSize })}
        onAgain={() => void client.resetQueries({ queryKey: ["items", name] })}
      />
    </SpaceBetween>
  );
}

/** What the server refused, beside the field it is about. */
function useMistakes(reading: Reading, asked: Question, schema: Schema | undefined): Mistakes {
  return useMemo(() => {
    if (schema === undefined) {
      return { index: `This table has no index called ${asked.index}.` };
    }
    if (reading.error === null) {
      return {};
    }
    const { message } = failure(reading.error);
    const place = placeOf(message, asked, schema);
    return place === undefined ? {} : { [place]: message };
  }, [reading.error, asked, schema]);
}
