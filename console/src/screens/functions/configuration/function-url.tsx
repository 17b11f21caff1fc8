import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  deleteFunctionUrl,
  type FunctionUrlConfig,
  functionPolicy,
  functionUrl,
} from "../../../aws/function-urls";
import { CodeEditor } from "../../../parts/code-editor";
import { Deletion } from "../../../parts/deletion";
import { Empty, Loaded } from "../../../parts/states";
import type { TabProps } from "../function";
import { Section } from "./edit-form";
import { FunctionUrlForm } from "./function-url-form";

/** The function's own web address. */
export function FunctionUrl({ name }: TabProps) {
  const [editing, setEditing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const url = useQuery({ queryKey: ["function-url", name], queryFn: () => functionUrl(name) });
  return (
    <Loaded query={url} label="Loading the function URL">
      {(config) =>
        editing ? (
          <FunctionUrlForm name={name} before={config} done={() => setEditing(false)} />
        ) : (
          <Section
            title="Function URL"
            description="A web address at which the function answers HTTP requests."
            actions={
              config === null ? undefined : (
                <SpaceBetween direction="horizontal" size="xs">
                  <Button onClick={() => setEditing(true)}>Edit</Button>
                  <Button onClick={() => setDeleting(true)}>Delete</Button>
                </SpaceBetween>
              )
            }
          >
            {config === null ? (
              <Empty
                title="No function URL"
                action={<Button onClick={() => setEditing(true)}>Create function URL</Button>}
              >
                Give the function an address of its own, for browsers and other programs.
              </Empty>
            ) : (
              <Shown name={name} config={config} />
            )}
            {deleting ? <DeleteUrl name={name} done={() => setDeleting(false)} /> : null}
          </Section>
        )
      }
    </Loaded>
  );
}

function Shown({ name, config }: { name: string; config: FunctionUrlConfig }) {
  const address = config.FunctionUrl ?? "";
  const cors = config.Cors ?? {};
  const told = (values: string[] | undefined) => values?.join(", ") || "-";
  return (
    <SpaceBetween size="l">
      <KeyValuePairs
        columns={1}
        items={[
          {
            label: "Function URL",
            value: (
              <div style={{ overflowWrap: "anywhere" }}>
                <CopyToClipboard
                  variant="icon"
                  textToCopy={address}
                  copyButtonAriaLabel="Copy the URL"
                  copySuccessText="Copied"
                  copyErrorText="It could not be copied"
                />
                <Link external href={address} externalIconAriaLabel="Opens in a new tab">
                  {address}
                </Link>
              </div>
            ),
          },
        ]}
      />
      <KeyValuePairs
        columns={3}
        items={[
          {
            label: "Auth type",
            value: config.AuthType === "NONE" ? "NONE: anybody may call it" : "AWS_IAM: signed requests only",
          },
          { label: "CORS: allowed origins", value: told(cors.AllowOrigins) },
          { label: "CORS: allowed methods", value: told(cors.AllowMethods) },
        ]}
      />
      {config.AuthType === "NONE" ? <Policy name={name} /> : null}
    </SpaceBetween>
  );
}

/** Asked for only when somebody looks: a function without a policy has no answer to it. */
function Policy({ name }: { name: string }) {
  const [open, setOpen] = useState(false);
  const policy = useQuery({
    queryKey: ["function-policy", name],
    queryFn: () => functionPolicy(name),
    enabled: open,
  });
  return (
    <ExpandableSection
      headerText="Resource-based policy"
      expanded={open}
      onChange={({ detail }) => setOpen(detail.expanded)}
    >
      {open ? (
        <Loaded query={policy}>
          {(text) => <CodeEditor value={text} language="json" ariaLabel="Resource-based policy" />}
        </Loaded>
      ) : null}
    </ExpandableSection>
  );
}

function DeleteUrl({ name, done }: { name: string; done: () => void }) {
  return (
    <Deletion
      title="Delete the function URL?"
      remove={() => deleteFunctionUrl(name)}
      told={`Deleted the URL of ${name}.`}
      done={done}
    >
      Requests to it will fail from now on. A new URL will be another one.
    </Deletion>
  );
}
