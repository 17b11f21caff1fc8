import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { Page } from "../../parts/page";
import { boto3, inTests, javascript, shell, terraform } from "./connect";
import { connection } from "./connect-card";
import { Snippet } from "./snippet";

const WAYS = [
  {
    title: "Shell",
    text: shell,
    description: "For the aws CLI, SAM, and every program that reads AWS's environment variables.",
  },
  {
    title: "boto3",
    text: boto3,
    description: "Or nothing but the shell's variables above: boto3 reads them, too.",
  },
  { title: "JavaScript", text: javascript, description: "The AWS SDK, version 3." },
  { title: "Terraform", text: terraform, description: "The stock AWS provider." },
  { title: "Tests", text: inTests, description: "What AWS has no call for: wait for idle, move the clock." },
];

/** Two beside each other where there is room. */
const COLUMNS = { columns: "2 600px", columnGap: 20 };
const CARD = { breakInside: "avoid", paddingBlockEnd: 20 } as const;

/** How to point clients at this server. */
export default function Clients() {
  const here = connection();
  return (
    <Page title="Connect a client" description={`The endpoint of every service is ${here.endpoint}`}>
      <div style={COLUMNS}>
        {WAYS.map(({ title, text, description }) => (
          <div key={title} style={CARD}>
            <Container
              header={
                <Header variant="h2" description={description}>
                  {title}
                </Header>
              }
            >
              <Snippet text={text(here)} what={title} />
            </Container>
          </div>
        ))}
      </div>
    </Page>
  );
}
