import { useSyncExternalStore } from "react";

/** As in changes.css: from here on there is room for two things side by side. */
const wide = window.matchMedia("(min-width: 1600px)");

export const useWide = () =>
  useSyncExternalStore(
    (tell) => {
      wide.addEventListener("change", tell);
      return () => wide.removeEventListener("change", tell);
    },
    () => wide.matches,
  );
