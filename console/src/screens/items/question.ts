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

export interface SortCondition {
  operator: SortOperator;
  value: string;
  /** The upper end of `between`. */
  other: string;
}

export interface Question {
  mode: "scan" | "query";
  /** An index's name, or "" for the table itself. */
  index: string;
  /** A value for each attribute of the partition key. */
  partition: string[];
  /** A condition for each attribute of the sort key. */
  sort: SortCondition[];
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
  partition: [],
  sort: [],
  descending: false,
  filters: [],
  projection: [],
  pageSize: 50,
});

export const newSortCondition = (): SortCondition => ({ operator: "=", value: "", other: "" });

/** Those that count: from left to right as long as there are values, and what is no equality ends it. */
export function countingSorts(conditions: SortCondition[]): SortCondition[] {
  const missing = conditions.findIndex(({ value }) => value === "");
  const given = missing < 0 ? conditions : conditions.slice(0, missing);
  const last = given.findIndex(({ operator }) => operator !== "=");
  return last < 0 ? given : given.slice(0, last + 1);
}

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
    if (question.partition.some((value) => value !== "")) {
      for (const value of question.partition) {
        found.append("pk", value);
      }
    }
    for (const { operator, value, other } of countingSorts(question.sort)) {
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
  const pageSize = Number(given.get("limit"));
  return {
    mode: given.get("mode") === "query" ? "query" : "scan",
    index: given.get("index") ?? "",
    partition: given.getAll("pk"),
    sort: countingSorts(given.getAll("sk").map(sortCondition)),
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

function sortCondition(text: string): SortCondition {
  const [operator, value = "", other = ""] = texts(text);
  return { operator: oneOf(SORT_OPERATORS, operator), value, other };
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
