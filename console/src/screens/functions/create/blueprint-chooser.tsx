import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Cards from "@cloudscape-design/components/cards";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useState } from "react";
import { Empty } from "../../../parts/states";
import { BLUEPRINTS, blueprint, matching } from "./blueprints";

interface BlueprintChooserProps {
  chosen: string | undefined;
  trouble: string | undefined;
  onChoose: (id: string) => void;
}

export function BlueprintChooser({ chosen, trouble, onChoose }: BlueprintChooserProps) {
  const [filter, setFilter] = useState("");
  const found = matching(filter);
  const selected = blueprint(chosen);
  return (
    <FormField stretch errorText={trouble}>
      <Cards
        items={found}
        trackBy="id"
        header={
          <Header variant="h2" counter={`(${BLUEPRINTS.length})`}>
            Blueprints
          </Header>
        }
        variant="container"
        selectionType="single"
        entireCardClickable
        selectedItems={selected === undefined ? [] : [selected]}
        onSelectionChange={({ detail }) => {
          const [first] = detail.selectedItems;
          if (first !== undefined) {
            onChoose(first.id);
          }
        }}
        cardsPerRow={[{ cards: 1 }, { minWidth: 640, cards: 2 }]}
        cardDefinition={{
          header: ({ title }) => <Box variant="h3">{title}</Box>,
          sections: [
            { id: "description", content: ({ description }) => description },
            {
              id: "id",
              content: ({ id, family }) => (
                <Box variant="code" color="text-body-secondary">
                  {id} · {family === "nodejs" ? "Node.js" : "Python"}
                </Box>
              ),
            },
          ],
        }}
        filter={
          <TextFilter
            filteringText={filter}
            filteringPlaceholder="Filter blueprints"
            filteringAriaLabel="Filter blueprints"
            countText={filter === "" ? "" : `${found.length} found`}
            onChange={({ detail }) => setFilter(detail.filteringText)}
          />
        }
        empty={
          <Empty
            title="No blueprint matches"
            action={
              <Button formAction="none" onClick={() => setFilter("")}>
                Clear filter
              </Button>
            }
          />
        }
        ariaLabels={{
          selectionGroupLabel: "Blueprints",
          itemSelectionLabel: (_, { title }) => title,
        }}
      />
    </FormField>
  );
}
