import { expect, test } from "vitest";
import type { LogPage, LogPlace } from "../../aws/logs";
import { Feed, KEPT_LINES, PAGE_LINES } from "./feed";

/** A stream of `lines`, read as GetLogEvents does: tokens are positions. */
function stream(count: number) {
  const messages = Array.from({ length: count }, (_, n) => `line ${n}`);
  const read = async (place: LogPlace, most: number): Promise<LogPage> => {
    let [from, to] = [Math.max(0, messages.length - most), messages.length];
    if ("token" in place) {
      const [way, at] = place.token.split("/");
      const position = Number(at);
      [from, to] =
        way === "f"
          ? [position, Math.min(messages.length, position + most)]
          : [Math.max(0, position - most), position];
    }
    const lines = messages.slice(from, to).map((message, n) => ({ time: from + n, message }));
    return { lines, ahead: `f/${to}`, back: `b/${from}` };
  };
  return { messages, feed: new Feed(read) };
}

const shown = (feed: Feed) => feed.view.entries.map(({ message }) => message);

test("the newest lines come first, older ones when asked for", async () => {
  const { feed, messages } = stream(PAGE_LINES + 10);
  await feed.news();
  expect(shown(feed)).toEqual(messages.slice(10));
  expect(feed.view.older).toBe(true);

  await feed.before();
  await feed.before();

  expect(shown(feed)).toEqual(messages);
  expect(feed.view.older).toBe(false);
  expect(feed.view.entries.map(({ key }) => key)).toEqual(messages.map((_, n) => n - 10));
});

test("new lines are added once each, in whatever portions they come", async () => {
  const { feed, messages } = stream(0);
  await feed.news();
  for (const portion of [1, 3, PAGE_LINES * 2, 1]) {
    messages.push(...Array.from({ length: portion }, (_, n) => `${portion} ${n}`));
    await Promise.all([feed.news(), feed.news()]);
  }

  expect(shown(feed)).toEqual(messages);
});

test("what is kept is bounded, and what went can be read again", async () => {
  const { feed, messages } = stream(0);
  await feed.news();
  for (let n = 0; n < KEPT_LINES * 2; n += 250) {
    messages.push(...Array.from({ length: 250 }, (_, m) => `${n} ${m}`));
    await feed.news();
  }
  expect(feed.view.entries.length).toBeLessThanOrEqual(KEPT_LINES + PAGE_LINES);
  const kept = feed.view.entries.length;

  await feed.before();

  expect(shown(feed)).toEqual(messages.slice(-kept - PAGE_LINES));
});

test("a failure is told and the lines stay", async () => {
  const { feed, messages } = stream(3);
  await feed.news();
  const broken = new Feed(() => Promise.reject(new Error("away")));
  await broken.news();

  expect(broken.view.error).toEqual(new Error("away"));
  expect(shown(feed)).toEqual(messages);
});
