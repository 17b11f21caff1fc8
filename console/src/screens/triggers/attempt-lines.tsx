import { useQuery } from "@tanstack/react-query";
import { Loaded } from "../../parts/states";
import { invocationLines, type Place } from "./attempt-log";

/** What the function logged in one attempt. */
export function AttemptLines({ place }: { place: Place }) {
  const query = useQuery({
    queryKey: ["invocation-lines", place],
    queryFn: () => invocationLines(place),
    // Lines are stored a moment after the attempt's end.
    refetchInterval: (current) => (current.state.data?.length === 0 ? 1000 : false),
  });
  return (
    <Loaded query={query} label="Reading the log">
      {(lines) => (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className="attempts-lines" aria-label="Log lines" tabIndex={0}>
          {lines.length === 0 ? "No log lines" : lines.map(({ message }) => message.trimEnd()).join("\n")}
        </section>
      )}
    </Loaded>
  );
}
