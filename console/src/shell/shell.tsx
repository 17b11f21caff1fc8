import AppLayout from "@cloudscape-design/components/app-layout";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Flashbar from "@cloudscape-design/components/flashbar";
import SideNavigation, { type SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import { Suspense, useEffect, useState } from "react";
import { Outlet, useLocation } from "react-router";
import { chooseRegion, region, signedIn, signOut } from "../aws/session";
import { useLiveState } from "../parts/live";
import { useNotices } from "../parts/notices";
import { Loading } from "../parts/states";
import { paths } from "../paths";
import { GoTo } from "./go-to";
import { chooseTheme, useTheme } from "./theme";
import { useTrail } from "./trail";

const ITEMS: SideNavigationProps.Item[] = [
  { type: "link", text: "Home", href: paths.home() },
  { type: "divider" },
  { type: "link", text: "Tables", href: paths.tables() },
  { type: "link", text: "Triggers", href: paths.triggers() },
  { type: "link", text: "Functions", href: paths.functions() },
  { type: "link", text: "Logs", href: paths.logs() },
  { type: "link", text: "Roles", href: paths.roles() },
  { type: "divider" },
  { type: "link", text: "Connect a client", href: paths.clients() },
];

const SECTIONS: [RegExp, string][] = [
  [/^\/(tables|create-table)/, paths.tables()],
  [/^\/(triggers|create-trigger)/, paths.triggers()],
  [/^\/(functions|create-function)/, paths.functions()],
  [/^\/(logs|live-tail)/, paths.logs()],
  [/^\/(roles|create-role)/, paths.roles()],
  [/^\/connect/, paths.clients()],
];

const REGIONS = [
  "us-east-1",
  "us-east-2",
  "us-west-2",
  "ca-central-1",
  "eu-central-1",
  "eu-west-1",
  "eu-north-1",
  "ap-northeast-1",
  "ap-southeast-2",
  "sa-east-1",
];

/** What is around every screen: the bar above, the navigation beside, the way that led here, and notices. */
export function Shell({ version, closed }: { version: string; closed: boolean }) {
  const [open, setOpen] = useState(window.innerWidth > 1100);
  const { pathname } = useLocation();
  const trail = useTrail();
  const notices = useNotices();
  const active = SECTIONS.find(([pattern]) => pattern.test(pathname))?.[1] ?? paths.home();
  useEffect(() => {
    if (pathname !== "") {
      window.scrollTo(0, 0);
    }
  }, [pathname]);
  return (
    <>
      <div id="top" style={{ position: "sticky", top: 0, zIndex: 1002 }}>
        <Bar version={version} closed={closed} />
      </div>
      <AppLayout
        headerSelector="#top"
        navigationOpen={open}
        onNavigationChange={({ detail }) => setOpen(detail.open)}
        navigationWidth={220}
        maxContentWidth={1760}
        navigation={<SideNavigation activeHref={active} items={ITEMS} />}
        toolsHide
        notifications={<Flashbar items={notices} stackItems />}
        breadcrumbs={
          trail.length < 2 ? undefined : <BreadcrumbGroup items={[...trail]} ariaLabel="Where you are" />
        }
        content={
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        }
        ariaLabels={{
          navigation: "Screens",
          navigationClose: "Close the navigation",
          navigationToggle: "Open the navigation",
          notifications: "Notices",
        }}
      />
    </>
  );
}

function Bar({ version, closed }: { version: string; closed: boolean }) {
  const theme = useTheme();
  const state = useLiveState();
  const here = region();
  const choices = REGIONS.includes(here) ? REGIONS : [here, ...REGIONS];
  const leave = () => {
    signOut();
    window.location.reload();
  };
  return (
    <TopNavigation
      identity={{ href: paths.home(), logo: { src: LOGO, alt: "millrace" } }}
      search={<GoTo />}
      utilities={[
        ...(state === "lost"
          ? [{ type: "button" as const, text: "Not connected", iconName: "status-warning" as const }]
          : []),
        {
          type: "menu-dropdown",
          text: here,
          ariaLabel: `Region ${here}`,
          items: choices.map((name) => ({ id: name, text: name })),
          onItemClick: ({ detail }) => {
            chooseRegion(detail.id);
            window.location.reload();
          },
        },
        {
          type: "button",
          text: theme === "dark" ? "Light" : "Dark",
          ariaLabel: theme === "dark" ? "Light theme" : "Dark theme",
          onClick: () => chooseTheme(theme === "dark" ? "light" : "dark"),
        },
        ...(closed && signedIn() ? [{ type: "button" as const, text: "Sign out", onClick: leave }] : []),
        {
          type: "button",
          text: `v${version}`,
          ariaLabel: `v${version}: connect a client`,
          href: paths.clients(),
        },
      ]}
    />
  );
}

/** A mill wheel and the name. White: the bar is dark in both themes. */
const LOGO = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" width="136" height="32" viewBox="0 0 136 32">
    <rect width="32" height="32" rx="7" fill="#0f6e84"/>
    <g fill="none" stroke="#fff" stroke-width="2"><circle cx="16" cy="16" r="8"/>
    <path d="M16 5v22M5 16h22M8.2 8.2l15.6 15.6M23.8 8.2L8.2 23.8"/></g>
    <text x="42" y="22.5" font-family="Open Sans, Helvetica, Arial, sans-serif" font-size="19" font-weight="700"
      fill="#fff">millrace</text></svg>`,
)}`;
