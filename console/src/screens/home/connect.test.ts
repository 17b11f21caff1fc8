import { expect, test } from "vitest";
import { boto3, shell, terraform } from "./connect";

const open = {
  endpoint: "http://127.0.0.1:8000",
  region: "eu-central-1",
  accessKeyId: "test",
  ownKeys: false,
};

test("the shell gets what AWS clients read", () => {
  expect(shell(open)).toBe(
    `export AWS_ENDPOINT_URL=http://127.0.0.1:8000
export AWS_ACCESS_KEY_ID=test
export AWS_SECRET_ACCESS_KEY=test
export AWS_DEFAULT_REGION=eu-central-1`,
  );
});

test("a secret that was given to sign in is never shown", () => {
  const closed = { ...open, accessKeyId: "AKIAEXAMPLE", ownKeys: true };

  expect(shell(closed)).toContain("AWS_ACCESS_KEY_ID=AKIAEXAMPLE");
  expect(shell(closed)).toContain("AWS_SECRET_ACCESS_KEY=<its secret>");
  expect(boto3(closed)).toContain('aws_secret_access_key="<its secret>"');
});

test("terraform's provider names every service", () => {
  expect(terraform(open).match(/http:\/\/127\.0\.0\.1:8000/g)).toHaveLength(5);
});
