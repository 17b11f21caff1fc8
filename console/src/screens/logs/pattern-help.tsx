import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";

const EXAMPLES: [string, string][] = [
  ["ERROR", "Lines with this word. Upper and lower case differ."],
  ['"timed out"', "Lines with these words one after the other."],
  ["ERROR badge", "Lines with both words, in any order."],
  ["?ERROR ?WARN", "Lines with one of the words."],
  ["ERROR -retry", "Lines with the first word that do not have the second."],
  ["%user-[0-9]+%", "Lines that a regular expression fits."],
  ['{ $.level = "ERROR" }', "JSON lines by the value of a field. * stands for anything."],
  ["{ $.duration > 100 && $.cached IS FALSE }", "Several conditions: &&, ||, =, !=, <, >, IS, EXISTS."],
];

/** What filter patterns can say, each to be tried at once. */
export function PatternHelp({ use }: { use: (pattern: string) => void }) {
  return (
    <ExpandableSection headerText="How filter patterns are written" variant="footer">
      <table>
        <tbody>
          {EXAMPLES.map(([pattern, meaning]) => (
            <tr key={pattern}>
              <td>
                <Button variant="inline-link" formAction="none" onClick={() => use(pattern)}>
                  <code>{pattern}</code>
                </Button>
              </td>
              <td style={{ paddingInlineStart: 24 }}>{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ExpandableSection>
  );
}
