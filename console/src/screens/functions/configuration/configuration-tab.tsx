import SideNavigation from "@cloudscape-design/components/side-navigation";
import { useSearchParams } from "react-router";
import { paths } from "../../../paths";
import type { TabProps } from "../function";
import { Asynchronous } from "./asynchronous";
import { Concurrency } from "./concurrency";
import { Environment } from "./environment";
import { FunctionUrl } from "./function-url";
import { General } from "./general";
import { Logging } from "./logging";
import { Tags } from "./tags";

const SECTIONS: { id: string; text: string; Content: (props: TabProps) => React.ReactNode }[] = [
  { id: "general", text: "General configuration", Content: General },
  { id: "environment", text: "Environment variables", Content: Environment },
  { id: "url", text: "Function URL", Content: FunctionUrl },
  { id: "asynchronous", text: "Asynchronous invocation", Content: Asynchronous },
  { id: "concurrency", text: "Concurrency", Content: Concurrency },
  { id: "logging", text: "Logging configuration", Content: Logging },
  { id: "tags", text: "Tags", Content: Tags },
];

/** The function's settings, by section; each has an address. */
export default function ConfigurationTab(props: TabProps) {
  const [query] = useSearchParams();
  const { name } = props;
  const asked = query.get("section");
  const here = SECTIONS.find(({ id }) => id === asked) ?? SECTIONS[0];
  const href = (id: string) => paths.functionSetting(name, id);
  return (
    <div style={{ display: "grid", gridTemplateColumns: "220px minmax(0, 1fr)", gap: 16 }}>
      <SideNavigation
        activeHref={href(here?.id ?? "")}
        items={SECTIONS.map(({ id, text }) => ({ type: "link", text, href: href(id) }))}
      />
      {here === undefined ? null : <here.Content key={here.id} {...props} />}
    </div>
  );
}
