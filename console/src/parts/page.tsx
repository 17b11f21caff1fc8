import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import { type ReactNode, useEffect } from "react";
import { type Crumb, setTrail } from "../shell/trail";

interface PageProps {
  title: string;
  /** What leads here, from the left, without this page itself. */
  crumbs?: Crumb[];
  /** This page's own step of that way, where it is not the title. */
  crumb?: string;
  description?: ReactNode;
  actions?: ReactNode;
  /** Beside the title, for instance a state or a count. */
  counter?: string;
  children: ReactNode;
}

/** A screen: its title (also the browser tab's), the way that led to it, its actions and its content. */
export function Page({
  title,
  crumbs = [],
  crumb = title,
  description,
  actions,
  counter,
  children,
}: PageProps) {
  const trail = JSON.stringify(crumbs);
  useEffect(() => {
    document.title = `${title} · millrace`;
    setTrail([...(JSON.parse(trail) as Crumb[]), { text: crumb, href: window.location.hash || "#/" }]);
  }, [title, crumb, trail]);
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={description} actions={actions} counter={counter}>
          {title}
        </Header>
      }
    >
      {children}
    </ContentLayout>
  );
}
