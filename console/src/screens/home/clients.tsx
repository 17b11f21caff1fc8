import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
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

/** How to point clients at this server. */
export default function Clients() {
  const here = connection();
  return (
    <Page title="Connect a client" description={`The endpoint of every service is ${here.endpoint}`}>
      <SpaceBetween size="l">
        {WAYS.map(({ title, text, description }) => (
          <Container
            key={title}
            header={
              <Header variant="h2" description={description}>
                {title}
              </Header>
            }
          >
            <Snippet text={text(here)} what={title} />
          </Container>
        ))}
      </SpaceBetween>
    </Page>
  );
}
