/** CORS settings of a function URL, as lines of text. */

import type { Cors } from "../../../aws/function-urls";

export interface CorsForm {
  on: boolean;
  origins: string;
  methods: string;
  headers: string;
  exposed: string;
  maxAge: string;
  credentials: boolean;
}

const lines = (values: string[] | undefined): string => (values ?? []).join(", ");

const listed = (text: string): string[] | undefined => {
  const found = text
    .split(/[\s,]+/)
    .map((one) => one.trim())
    .filter(Boolean);
  return found.length === 0 ? undefined : found;
};

export function corsForm(cors: Cors | undefined): CorsForm {
  return {
    on: cors !== undefined && Object.keys(cors).length > 0,
    origins: lines(cors?.AllowOrigins ?? ["*"]),
    methods: lines(cors?.AllowMethods ?? ["*"]),
    headers: lines(cors?.AllowHeaders),
    exposed: lines(cors?.ExposeHeaders),
    maxAge: cors?.MaxAge === undefined ? "" : String(cors.MaxAge),
    credentials: cors?.AllowCredentials ?? false,
  };
}

export function corsOf(form: CorsForm): Cors {
  if (!form.on) {
    return {};
  }
  return {
    AllowOrigins: listed(form.origins),
    AllowMethods: listed(form.methods),
    AllowHeaders: listed(form.headers),
    ExposeHeaders: listed(form.exposed),
    MaxAge: form.maxAge.trim() === "" ? undefined : Number(form.maxAge),
    AllowCredentials: form.credentials,
  };
}
