/** Backups of tables, and recovery to any second of the past days. */

import {
  type BackupSummary,
  CreateBackupCommand,
  DeleteBackupCommand,
  DescribeContinuousBackupsCommand,
  ListBackupsCommand,
  type PointInTimeRecoveryDescription,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  UpdateContinuousBackupsCommand,
} from "@aws-sdk/client-dynamodb";
import { dynamodb } from "./tables";

export type { BackupSummary, PointInTimeRecoveryDescription };

export async function recovery(table: string): Promise<PointInTimeRecoveryDescription> {
  const told = await dynamodb().send(new DescribeContinuousBackupsCommand({ TableName: table }));
  return told.ContinuousBackupsDescription?.PointInTimeRecoveryDescription ?? {};
}

/** On for so many days, or off: then nothing says how it was. */
export const setRecovery = (table: string, days: number | undefined) =>
  dynamodb().send(
    new UpdateContinuousBackupsCommand({
      TableName: table,
      PointInTimeRecoverySpecification:
        days === undefined
          ? { PointInTimeRecoveryEnabled: false }
          : { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: days },
    }),
  );

/** The table's backups, the newest first. */
export async function listBackups(table: string): Promise<BackupSummary[]> {
  const client = dynamodb();
  const found: BackupSummary[] = [];
  let after: string | undefined;
  do {
    const page = await client.send(
      new ListBackupsCommand({ TableName: table, BackupType: "ALL", ExclusiveStartBackupArn: after }),
    );
    found.push(...(page.BackupSummaries ?? []));
    after = page.LastEvaluatedBackupArn;
  } while (after !== undefined);
  return found.sort((one, other) => time(other) - time(one));
}

const time = ({ BackupCreationDateTime }: BackupSummary) => BackupCreationDateTime?.getTime() ?? 0;

export const createBackup = (table: string, name: string) =>
  dynamodb().send(new CreateBackupCommand({ TableName: table, BackupName: name }));

export const deleteBackup = (arn: string) => dynamodb().send(new DeleteBackupCommand({ BackupArn: arn }));

export const restoreBackup = (arn: string, target: string) =>
  dynamodb().send(new RestoreTableFromBackupCommand({ BackupArn: arn, TargetTableName: target }));

/** To a moment, or as late as can be. */
export const restoreMoment = (table: string, target: string, moment: Date | undefined) =>
  dynamodb().send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: table,
      TargetTableName: target,
      ...(moment === undefined ? { UseLatestRestorableTime: true } : { RestoreDateTime: moment }),
    }),
  );
