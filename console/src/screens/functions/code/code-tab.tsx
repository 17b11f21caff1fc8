import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "@tanstack/react-query";
import { downloadCode, getFunction } from "../../../aws/functions";
import { bytes } from "../../../parts/format";
import { FailureAlert, Loading } from "../../../parts/states";
import type { TabProps } from "../function";
import { CodeProperties } from "./code-properties";
import { Layers } from "./layers";
import { EDITABLE_BYTES_MAX, EDITABLE_FILES_MAX, filesOf } from "./package";
import { PackageActions } from "./package-actions";
import { Workbench } from "./workbench";

/** The function's files, to be looked at, edited and deployed. */
export default function CodeTab({ name, detail }: TabProps) {
  const size = detail.Configuration?.CodeSize ?? 0;
  const sha = detail.Configuration?.CodeSha256 ?? "";
  const small = size <= EDITABLE_BYTES_MAX;
  const files = useQuery({
    queryKey: ["code", name, sha],
    // An address is good for some minutes only: take a new one.
    queryFn: async () => filesOf(await downloadCode((await getFunction(name)).Code?.Location ?? "")),
    enabled: small,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
  });
  const content = () => {
    if (!small) {
      return (
        <NotEditable why={`it is ${bytes(size)}, and larger than ${bytes(EDITABLE_BYTES_MAX)}`} name={name} />
      );
    }
    if (files.isError) {
      return <FailureAlert error={files.error} retry={() => void files.refetch()} />;
    }
    if (files.data === undefined) {
      return <Loading label="Loading the code" />;
    }
    if (files.data.length > EDITABLE_FILES_MAX) {
      return <NotEditable why={`it has ${files.data.length} files`} name={name} />;
    }
    return <Workbench key={name} name={name} sha={sha} files={files.data} />;
  };
  return (
    <SpaceBetween size="l">
      {content()}
      <CodeProperties detail={detail} />
      <Layers name={name} detail={detail} />
    </SpaceBetween>
  );
}

function NotEditable({ name, why }: { name: string; why: string }) {
  return (
    <Alert type="info" header="This package is not edited here" action={<PackageActions name={name} />}>
      <Box>Only small packages are: {why}. Download it, or upload another.</Box>
    </Alert>
  );
}
