/** The policy documents that these screens begin with. */

import { documentOf } from "../../aws/policy-document";

/** The inline policy that "Allow it" writes. */
export const ALLOWED_POLICY = "allowed-in-console";

export const NEW_POLICY = documentOf({ Effect: "Allow", Action: ["dynamodb:GetItem"], Resource: "*" });

export const accountTrust = (account: string) =>
  documentOf({
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: "sts:AssumeRole",
  });
