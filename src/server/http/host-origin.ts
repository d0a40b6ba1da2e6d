// Which Host and Origin headers are answered, on HTTP requests and WebSocket upgrades alike: against
// pages of other sites, and against names that were rebound to this machine.

import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import { type OrderwrightError, orderwrightError } from "../../domain/errors.ts";
import { fail, ok, type Result } from "../../domain/result.ts";

const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

export interface HostOriginOptions {
  /** Further host names, without a port, such as `desk.example`. */
  readonly allowedHosts?: readonly string[];
  /** Further origins, such as `https://desk.example`. The server's own is always allowed. */
  readonly allowedOrigins?: readonly string[];
}

export type HostOriginCheck = (headers: IncomingHttpHeaders) => Result<void, OrderwrightError>;

/** Makes the check. `boundTo` is the address listened on: a concrete one is a name of this server. */
export function hostOriginCheck(boundTo: string, options: HostOriginOptions): HostOriginCheck {
  const hosts = new Set([...LOOPBACK_HOSTS, ...(options.allowedHosts ?? [])].map((host) => host.toLowerCase()));
  if (isIP(boundTo) !== 0) hosts.add(boundTo.includes(":") ? `[${boundTo}]` : boundTo);
  const origins = new Set((options.allowedOrigins ?? []).map((origin) => origin.toLowerCase()));
  return ({ host, origin }) => {
    if (host === undefined || !hosts.has(hostName(host))) return refused("Host", "allowedHosts");
    if (origin === undefined || isSameHost(origin, host) || origins.has(origin.toLowerCase())) return ok(undefined);
    return refused("Origin", "allowedOrigins");
  };
}

/** Returns the host without its port, in lower case. */
function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, "");
}

function isSameHost(origin: string, host: string): boolean {
  return /^https?:\/\//i.test(origin) && origin.slice(origin.indexOf("//") + 2).toLowerCase() === host.toLowerCase();
}

/** The header's value is left out: it is the stranger's text. */
function refused(header: string, setting: string): Result<void, OrderwrightError> {
  return fail(
    orderwrightError(
      "auth.origin",
      `The ${header} header names neither this server nor one of its ${setting}; requests come from this machine unless the configuration names others.`,
      { header },
    ),
  );
}
