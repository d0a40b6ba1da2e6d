// What the composition root needs of the server. Routes and protocols are its own business.

export { type AdminToken, loadAdminToken } from "./auth/admin-token.ts";
export { TokenStore } from "./auth/tokens.ts";
export { createLogger } from "./logger.ts";
export { HubMarketView, type MarketStatus } from "./market-view.ts";
export { createServer, type OrderwrightServer } from "./server.ts";
export { noStrategies } from "./strategy-view.ts";
