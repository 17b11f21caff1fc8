import { render, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { ItemDiff } from "./item-diff";

test("a changed attribute shows what it was, what it is, and the word for it", () => {
  render(<ItemDiff before={{ pk: { S: "a" }, n: { N: "1" } }} after={{ pk: { S: "a" }, n: { N: "2" } }} />);

  const row = within(screen.getByRole("row", { name: /Changed n/ }));
  expect(row.getByRole("cell", { name: /Number 1/ })).toBeInTheDocument();
  expect(row.getByRole("cell", { name: /Number 2/ })).toBeInTheDocument();
  expect(screen.getByRole("row", { name: /Unchanged pk/ })).toBeInTheDocument();
});

test("a side that is not there says so", () => {
  render(<ItemDiff after={{ pk: { S: "a" } }} />);

  expect(screen.getByRole("row", { name: /Added pk not there/ })).toBeInTheDocument();
});
