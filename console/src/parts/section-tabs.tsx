import Tabs from "@cloudscape-design/components/tabs";
import { type ReactNode, Suspense } from "react";
import { useGo } from "./go";
import { Loading } from "./states";

interface Section<Id extends string> {
  id: Id;
  label: string;
  content: () => ReactNode;
}

interface SectionTabsProps<Id extends string> {
  ariaLabel: string;
  sections: readonly Section<Id>[];
  /** The section that the address names; an address that names none there is opens the first. */
  asked: string | null | undefined;
  href: (id: Id) => string;
}

/** The sections of a thing, each with an address of its own. */
export function SectionTabs<Id extends string>({ ariaLabel, sections, asked, href }: SectionTabsProps<Id>) {
  const go = useGo();
  const active = sections.find(({ id }) => id === asked) ?? sections[0];
  return (
    <Tabs
      activeTabId={active?.id}
      ariaLabel={ariaLabel}
      onChange={({ detail }) => go(detail.activeTabHref ?? "")}
      tabs={sections.map((section) => ({
        id: section.id,
        label: section.label,
        href: href(section.id),
        content: section === active ? <Suspense fallback={<Loading />}>{section.content()}</Suspense> : null,
      }))}
    />
  );
}
