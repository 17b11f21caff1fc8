/** Who we are to the server, and where it is. Keys live as long as the browser's tab. */

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** What an open server takes for the account's root. */
const OPEN_KEYS: Keys = { accessKeyId: "test", secretAccessKey: "test" };
const KEYS_PLACE = "millrace.keys";
const REGION_PLACE = "millrace.region";

/** The address that served this page, without a slash at its end: whatever prefix a proxy gave it stays. */
export function endpoint(): string {
  return new URL(".", document.baseURI).href.replace(/[?#].*$/, "").replace(/\/+$/, "");
}

export function keys(): Keys {
  const kept = sessionStorage.getItem(KEYS_PLACE);
  return kept === null ? OPEN_KEYS : (JSON.parse(kept) as Keys);
}

export function signedIn(): boolean {
  return sessionStorage.getItem(KEYS_PLACE) !== null;
}

export function signIn(given: Keys): void {
  sessionStorage.setItem(KEYS_PLACE, JSON.stringify(given));
}

export function signOut(): void {
  sessionStorage.removeItem(KEYS_PLACE);
}

/** The region all calls are signed for; the server's own until another is chosen. */
export function region(): string {
  return localStorage.getItem(REGION_PLACE) ?? serverRegion;
}

export function chooseRegion(name: string): void {
  localStorage.setItem(REGION_PLACE, name);
}

/** The runtime that functions made here begin with: the one that is surely there. */
export const ownRuntime = () => serverRuntime;

let serverRegion = "us-east-1";
let serverRuntime = "python3.13";

/** What the server says of itself before anything else is asked. */
export function meet(server: { region: string; runtime: string }): void {
  serverRegion = server.region;
  serverRuntime = server.runtime;
}

/** What every AWS client is made with. A failed call is shown at once; the person decides about another try. */
export function clientSettings() {
  return {
    endpoint: endpoint(),
    region: region(),
    credentials: async () => keys(),
    maxAttempts: 1,
  };
}
