import { useState } from "react";
import { useSearchParams } from "react-router";
import { roleOf } from "../../aws/arn";
import { allowStream } from "../../aws/function-roles";
import { createMapping } from "../../aws/mappings";
import { useGo } from "../../parts/go";
import { Page } from "../../parts/page";
import { useFunctions, useStatus, useTableNames } from "../../parts/queries";
import { useSubmit } from "../../parts/submit";
import { paths } from "../../paths";
import { creation, type Draft, NEW_DRAFT, type Wrong } from "./draft";
import { EndFields, type Ends } from "./end-fields";
import { MayNotRead } from "./may-not-read";
import { TriggerForm } from "./trigger-form";
import { useQualifiers } from "./use-qualifiers";

const MAY_NOT_READ = /^Cannot access stream/;

/** Let a function run for the changes of a table. */
export default function CreateTrigger() {
  const [address] = useSearchParams();
  const go = useGo();
  const tables = useTableNames();
  const streams = useStatus();
  const functions = useFunctions();
  const [ends, setEnds] = useState<Ends>({
    table: address.get("table") ?? "",
    function: address.get("function") ?? "",
    qualifier: "",
    position: "LATEST",
    enabled: true,
  });
  const arnOf = (table: string) => streams.data?.tables.find((one) => one.name === table)?.stream_arn;
  const streamArn = arnOf(ends.table);
  const role = functions.data?.find(({ FunctionName }) => FunctionName === ends.function)?.Role;

  const qualifiers = useQualifiers(ends.function);
  const target = ends.qualifier === "" ? ends.function : `${ends.function}:${ends.qualifier}`;
  const submit = useSubmit(
    async (draft: Draft) => {
      const request = { streamArn: streamArn ?? "", functionName: target, position: ends.position };
      const made = await createMapping(creation({ ...draft, enabled: ends.enabled }, request));
      go(paths.trigger(made.UUID ?? ""));
    },
    { done: () => `Trigger ${ends.table} → ${target} created` },
  );
  const allow = useSubmit((name: string) => allowStream(name, streamArn ?? ""), {
    done: () => `${roleOf(role)} may read the stream of ${ends.table} now`,
  });
  const refused = MAY_NOT_READ.test(submit.failure?.message ?? "");
  const check = (): Wrong => ({
    ...(ends.table === "" ? { table: "Choose a table." } : {}),
    ...(ends.function === "" ? { function: "Choose a function." } : {}),
    ...(ends.table !== "" && streamArn === undefined
      ? {
          table: tables.data?.includes(ends.table)
            ? "The stream of this table is off."
            : "There is no table of this name.",
        }
      : {}),
  });
  return (
    <Page
      title="Create trigger"
      crumbs={[{ text: "Triggers", href: paths.triggers() }]}
      description="It runs a function for the changes of a table. AWS calls it an event source mapping."
    >
      <TriggerForm
        initial={NEW_DRAFT}
        submit={submit}
        check={check}
        action="Create trigger"
        cancel={paths.triggers()}
        above={(wrong) => (
          <EndFields
            ends={ends}
            change={(next) => {
              setEnds(next);
              submit.reset();
            }}
            tables={(tables.data ?? []).map((name) => ({ name, on: arnOf(name) !== undefined }))}
            functions={(functions.data ?? []).map(({ FunctionName = "" }) => FunctionName)}
            qualifiers={qualifiers}
            off={ends.table !== "" && streams.data !== undefined && streamArn === undefined}
            wrong={wrong}
          />
        )}
        instead={
          refused
            ? (again) => (
                <MayNotRead
                  message={submit.failure?.message ?? ""}
                  role={roleOf(role)}
                  allow={allow}
                  busy={submit.busy}
                  again={again}
                />
              )
            : undefined
        }
      />
    </Page>
  );
}
