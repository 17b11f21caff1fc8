import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { paths } from "../../paths";

const STEPS = [
  {
    title: "1. Create a table",
    text: "Give it a name and a partition key. Then turn its stream on: every change of an item becomes a record there.",
  },
  {
    title: "2. Create a function",
    text: "From a blueprint that handles a table's changes. Its role and its trigger are made with it.",
  },
  {
    title: "3. Write an item",
    text: "Watch the change reach the function, its log lines arrive, and what happens when the code breaks.",
  },
];

/** What to do with a server that has nothing yet. */
export function FirstSteps() {
  return (
    <SpaceBetween size="l">
      <Box variant="p">
        Someone writes a record to a table; a function runs because of it. Build that in three steps:
      </Box>
      <ColumnLayout columns={3} variant="text-grid">
        {STEPS.map(({ title, text }) => (
          <div key={title}>
            <Box variant="h3">{title}</Box>
            <Box variant="p" color="text-body-secondary">
              {text}
            </Box>
          </div>
        ))}
      </ColumnLayout>
      <Button variant="primary" href={paths.createTable()}>
        Create table
      </Button>
    </SpaceBetween>
  );
}
