import { useQuery } from "@tanstack/react-query";
import { denials } from "../../aws/own";
import { managedPolicies, roleDetails } from "../../aws/role-policies";
import { whileThere } from "../../parts/gone";

/** What a role is called among the things that are gone. */
export const goneRole = (name: string) => `role ${name}`;

export const useRole = (name: string) =>
  useQuery({
    queryKey: ["role", name],
    ...whileThere(goneRole(name), () => roleDetails(name)),
    refetchInterval: 5_000,
  });

export const useDenials = (role: string) =>
  useQuery({
    queryKey: ["denials", role],
    ...whileThere(goneRole(role), () => denials(`role/${role}`)),
    refetchInterval: 2_000,
  });

export const useManagedPolicies = () =>
  useQuery({ queryKey: ["managed-policies"], queryFn: managedPolicies, staleTime: 30_000 });
