import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { expect, test } from "vitest";
import { SectionTabs } from "./section-tabs";

const sections = [
  { id: "first", label: "First", content: () => "of the first" },
  { id: "second", label: "Second", content: () => "of the second" },
];

const shown = (asked: string | null) =>
  render(
    <MemoryRouter>
      <SectionTabs ariaLabel="Sections" sections={sections} asked={asked} href={(id) => `#/${id}`} />
    </MemoryRouter>,
  );

test("the section that the address names is shown alone", () => {
  shown("second");

  expect(screen.getByText("of the second")).toBeInTheDocument();
  expect(screen.queryByText("of the first")).toBeNull();
});

test("an address that names no section opens the first", () => {
  shown("nowhere");

  expect(screen.getByText("of the first")).toBeInTheDocument();
});
