/** What is asked of a table, as it is typed: all text, and the same in the address. */

export const SORT_OPERATORS = ["=", "<=", "<", ">=", ">", "between", "begins with"] as const;
export type SortOperator = (typeof SORT_OPERATORS)[number];

export const CONDITIONS = [
  "=",
  "<>",
  "<=",
  "<",
  ">=",
  ">",
  "between",
  "exists",
  "not exists",
  "contains",
  "not contains",
  "begins with",
  "type",
  "size =",
  "size <",
  "size >",
] as const;
export type Condition = (typeof CONDITIONS)[number];

export const FILTER_TYPES = ["S", "N", "B", "BOOL", "NULL"] as const;
export type FilterType = (typeof FILTER_TYPES)[number];

/** AWS's words for the operators. */
export const LABELS: Record<Condition, string> = {
  "=": "Equal to",
  "<>": "Not equal to",
  "<=": "Less than or equal to",
  "<": "Less than",
  ">=": "Greater than or equal to",
  ">": "Greater than",
  between: "Between",
  exists: "Exists",
  "not exists": "Not exists",
  contains: "Contains",
  "not contains": "Not contains",
  "begins with": "Begins with",
  type: "Attribute type",
  "size =": "Size equal to",
  "size <": "Size less than",
  "size >": "Size greater than",
};

export interface Filter {
  attribute: string;
  type: FilterType;
  condition: Condition;
  value: string;
  /** The upper end of `between`. */
  other: string;
}

export interface Question {
  mode: "scan" | "query";
  /** An index's name, or "" for the table itself. */
  index: string;
  partition: string;
  sort: { operator: SortOperator; value: string; other: string };
  descending: boolean;
  filters: Filter[];
  /** Names of attributes; none: all. */
  projection: string[];
  pageSize: number;
}

export const PAGE_SIZES = [25, 50, 100, 300];

export const newFilter = (): Filter => ({ attribute: "", type: "S", condition: "=", value: "", other: "" });

export const newQuestion = (): Question => ({
  mode: "scan",
  index: "",
  partition: "",
  sort: { operator: "=", value: "", other: "" },
  descending: false,
  filters: [],
  projection: [],
  pageSize: 50,
});

/** Whether a condition compares with a value of the filter's own type. */
export const takesTypedValue = (condition: Condition) =>
  condition !== "type" && !condition.endsWith("exists") && !condition.startsWith("size");

/** The question as an address's parameters: only what is not as it is from the beginning. */
export function toParameters(question: Question): URLSearchParams {
  const found = new URLSearchParams();
  const put = (name: string, value: string, usual = "") => value !== usual && found.append(name, value);
  put("mode", question.mode, "scan");
  put("index", question.index);
  if (question.mode === "query") {
    put("pk", question.partition);
    if (question.sort.value !== "") {
      const { operator, value, other } = question.sort;
      put("sk", JSON.stringify(operator === "between" ? [operator, value, other] : [operator, value]));
    }
    put("descending", String(question.descending), "false");
  }
  for (const { attribute, type, condition, value, other } of question.filters) {
    put("filter", JSON.stringify([attribute, type, condition, value, other]));
  }
  for (const name of question.projection) {
    put("attribute", name);
  }
  put("limit", String(question.pageSize), "50");
  return found;
}

/** The question of an address. What cannot be read there is as it is from the beginning. */
export function fromParameters(given: URLSearchParams): Question {
  const usual = newQuestion();
  const [operator, value = "", other = ""] = texts(given.get("sk"));
  const pageSize = Number(given.get("limit"));
  return {
    mode: given.get("mode") === "query" ? "query" : "scan",
    index: given.get("index") ?? "",
    partition: given.get("pk") ?? "",
    sort: { operator: oneOf(SORT_OPERATORS, operator), value, other },
    descending: given.get("descending") === "true",
    filters: given.getAll("filter").map((text) => {
      const [attribute = "", type, condition, filterValue = "", filterOther = ""] = texts(text);
      return {
        attribute,
        type: oneOf(FILTER_TYPES, type),
        condition: oneOf(CONDITIONS, condition),
        value: filterValue,
        other: filterOther,
      };
    }),
    projection: given.getAll("attribute"),
    pageSize: PAGE_SIZES.includes(pageSize) ? pageSize : usual.pageSize,
  };
}

function texts(text: string | null): string[] {
  try {
    const read: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(read) ? read.map(String) : [];
  } catch {
    return [];
  }
}

const oneOf = <T extends string>(all: readonly [T, ...T[]], given: string | undefined): T =>
  all.find((one) => one === given) ?? all[0];
