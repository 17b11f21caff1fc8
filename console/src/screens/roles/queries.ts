import { useQuery } from "@tanstack/react-query";
import { denials } from "../../aws/own";
import { managedPolicies, roleDetails } from "../../aws/role-policies";
import { isGone } from "../../parts/gone";

/** What a role is called among the things that are gone. */
export const goneRole = (name: string) => `role ${name}`;

export const useRole = (name: string) =>
  useQuery({
    queryKey: ["role", name],
    queryFn: () => roleDetails(name),
    refetchInterval: 5_000,
    enabled: () => !isGone(goneRole(name)),
  });

export const useDenials = (role: string) =>
  useQuery({
    queryKey: ["denials", role],
    queryFn: () => denials(`role/${role}`),
    refetchInterval: 2_000,
    enabled: () => !isGone(goneRole(role)),
  });

export const useManagedPolicies = () =>
  useQuery({ queryKey: ["managed-policies"], queryFn: managedPolicies, staleTime: 30_000 });
