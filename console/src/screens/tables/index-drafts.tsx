import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Empty } from "../../parts/states";
import { type IndexDraft, newIndex, type TableDraft } from "./draft";
import { IndexFields } from "./index-fields";
import type { Places } from "./places";

interface IndexDraftsProps {
  draft: TableDraft;
  errors: Places;
  onChange: (indexes: IndexDraft[]) => void;
}

/** The secondary indexes that a new table shall have. */
export function IndexDrafts({ draft, errors, onChange }: IndexDraftsProps) {
  const { indexes } = draft;
  const add = (kind: IndexDraft["kind"]) =>
    onChange([...indexes, newIndex(kind, 1 + Math.max(0, ...indexes.map(({ id }) => id)))]);
  const actions = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button
        formAction="none"
        disabled={draft.sortKey.name === ""}
        disabledReason="A local index needs a table with a sort key."
        onClick={() => add("local")}
      >
        Create local index
      </Button>
      <Button formAction="none" onClick={() => add("global")}>
        Create global index
      </Button>
    </SpaceBetween>
  );
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${indexes.length})`}
          description="Other keys to query by. Local indexes can be created with the table only."
          actions={actions}
        >
          Secondary indexes
        </Header>
      }
    >
      {indexes.length === 0 ? (
        <Empty title="No indexes">Queries use the keys of the table.</Empty>
      ) : (
        <SpaceBetween size="l">
          {indexes.map((index) => (
            <DraftedIndex
              key={index.id}
              index={index}
              draft={draft}
              errors={errors}
              onChange={(changed) => onChange(indexes.map((one) => (one.id === changed.id ? changed : one)))}
              onRemove={() => onChange(indexes.filter(({ id }) => id !== index.id))}
            />
          ))}
        </SpaceBetween>
      )}
    </Container>
  );
}

interface DraftedIndexProps {
  index: IndexDraft;
  draft: TableDraft;
  errors: Places;
  onChange: (index: IndexDraft) => void;
  onRemove: () => void;
}

function DraftedIndex({ index, draft, errors, onChange, onRemove }: DraftedIndexProps) {
  const kind = index.kind === "global" ? "Global secondary index" : "Local secondary index";
  return (
    <SpaceBetween size="s">
      <Header
        variant="h3"
        actions={
          <Button formAction="none" ariaLabel={`Remove the index ${index.name}`} onClick={onRemove}>
            Remove
          </Button>
        }
      >
        {index.name === "" ? kind : `${kind}: ${index.name}`}
      </Header>
      <IndexFields value={index} billing={draft.billing} errors={errors} onChange={onChange} />
    </SpaceBetween>
  );
}
