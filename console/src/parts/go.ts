import { useCallback, useEffect, useRef } from "react";
import { useNavigate } from "react-router";

/**
 * Goes to an address of `paths`. Whoever has left the screen meanwhile, while a call was under way, is not pulled
 * elsewhere.
 */
export function useGo(): (href: string, options?: { replace?: boolean }) => void {
  const navigate = useNavigate();
  const shown = useRef(true);
  useEffect(() => {
    shown.current = true;
    return () => {
      shown.current = false;
    };
  }, []);
  return useCallback(
    (href, options) => {
      if (shown.current) {
        void navigate(href.replace(/^#/, ""), options);
      }
    },
    [navigate],
  );
}
