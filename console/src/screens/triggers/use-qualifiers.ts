import { useAliases, useVersions } from "../functions/queries";

/** The aliases and published versions of a function, as options of a choice; none while no function is named. */
export function useQualifiers(name: string): { value: string; label: string; description: string }[] {
  const aliases = useAliases(name, name !== "");
  const versions = useVersions(name, name !== "");
  return [
    ...(aliases.data ?? []).map(({ Name = "", FunctionVersion }) => ({
      value: Name,
      label: Name,
      description: `Alias of version ${FunctionVersion}`,
    })),
    ...(versions.data ?? [])
      .filter(({ Version }) => Version !== "$LATEST")
      .map(({ Version = "", Description = "" }) => ({
        value: Version,
        label: `Version ${Version}`,
        description: Description,
      })),
  ];
}
