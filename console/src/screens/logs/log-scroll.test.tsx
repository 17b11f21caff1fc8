import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { LogScroll } from "./log-scroll";

const LINES = { label: "Lines", follow: true, children: null };

afterEach(() => vi.restoreAllMocks());

test("who scrolls up before the browser has told of the newest line stays there when lines are added", () => {
  vi.spyOn(HTMLElement.prototype, "scrollHeight", "get").mockReturnValue(1000);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(100);
  const shown = render(<LogScroll {...LINES} version={1} />);
  const region = screen.getByRole("log");
  expect(region.scrollTop).toBe(1000);

  region.scrollTop = 0;
  fireEvent.scroll(region);
  shown.rerender(<LogScroll {...LINES} version={2} />);

  expect(region.scrollTop).toBe(0);
  expect(screen.getByRole("button", { name: "Jump to newest" })).toBeInTheDocument();
});
