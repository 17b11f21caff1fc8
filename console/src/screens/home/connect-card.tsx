import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { endpoint, keys, region, signedIn } from "../../aws/session";
import { paths } from "../../paths";
import { type Connection, shell } from "./connect";
import { Snippet } from "./snippet";

export const connection = (): Connection => ({
  endpoint: endpoint(),
  region: region(),
  accessKeyId: keys().accessKeyId,
  ownKeys: signedIn(),
});

export function ConnectCard() {
  return (
    <Container
      fitHeight
      header={
        <Header variant="h2" description="Stock AWS clients work unmodified.">
          Connect a client
        </Header>
      }
    >
      <SpaceBetween size="s">
        <Snippet text={shell(connection())} what="the settings for a shell" />
        <Link href={paths.clients()}>boto3, JavaScript, Terraform, tests</Link>
      </SpaceBetween>
    </Container>
  );
}
