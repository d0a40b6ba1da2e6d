// `orderwright kill`: halts trading on a running server, or lifts the halt. Says what rests.

import { type Command, Option } from "commander";
import { RESTING_ORDER_POLICIES } from "../../domain/system-event.ts";
import { CommandError, EXIT } from "../exit.ts";
import { printJson, say } from "../terminal.ts";
import { type ConnectedOptions, clientOf, connected, jsonOption } from "./shared.ts";

const IN_WORDS: Readonly<Record<string, string>> = {
  keep: "Orders that rest at the venue stay there.",
  cancelOurs: "Our resting orders are being canceled; others' stay.",
  cancelAll: "Every resting order of the venue accounts is being canceled, ours or not.",
};

interface KillOptions extends ConnectedOptions {
  readonly restingOrders: string;
  readonly account?: string;
  readonly reason?: string;
  readonly lift?: true;
}

export function addKill(program: Command): void {
  connected(program.command("kill"))
    .description("engage the kill switch: nothing but cancels leaves until a person lifts it")
    .addOption(
      new Option("--resting-orders <policy>", "what happens to resting orders")
        .choices([...RESTING_ORDER_POLICIES])
        .default("cancelOurs"),
    )
    .option("--account <name>", "only this account; all of them otherwise")
    .option("--reason <text>", "why: it is journaled")
    .option("--lift", "lift the kill switch instead")
    .addOption(jsonOption())
    .action(async (options: KillOptions) => {
      const { account, restingOrders } = options;
      if (options.reason === undefined) throw new CommandError("Say why with --reason: it is journaled.", EXIT.usage);
      const client = clientOf(options);
      const scope = { reason: options.reason, ...(account === undefined ? {} : { account }) };
      const answer =
        options.lift === true
          ? await client.request<unknown>("DELETE", "/kill-switch", scope)
          : await client.request<unknown>("POST", "/kill-switch", { ...scope, restingOrders });
      if (options.json === true) printJson(answer ?? {});
      else if (options.lift === true) say(`The kill switch of ${account ?? "all accounts"} is lifted.`);
      else
        say(
          `Trading of ${account ?? "all accounts"} is halted. ${IN_WORDS[restingOrders]} Lift it with: orderwright kill --lift --reason …`,
        );
    });
}
