import { expect, test } from "vitest";
import { templatesOf } from "./statement-templates";

test("templates name the table and its key as PartiQL quotes them", () => {
  const schema = {
    partition: [{ name: "who's", type: "S" as const }],
    sort: [{ name: 'n"r', type: "N" as const }],
  };

  expect(templatesOf("my.table", schema).map(({ statement }) => statement)).toEqual([
    'SELECT * FROM "my.table"',
    `SELECT * FROM "my.table" WHERE "who's" = 'value' AND "n""r" = 1`,
    `INSERT INTO "my.table" VALUE {'who''s': 'value', 'n"r': 1, 'attribute': 'value'}`,
    `UPDATE "my.table" SET "attribute" = 'value' WHERE "who's" = 'value' AND "n""r" = 1`,
    `DELETE FROM "my.table" WHERE "who's" = 'value' AND "n""r" = 1`,
  ]);
});
