// Asks for the token when the address brought none, or when the server refused the one it had.

import { useState } from "preact/hooks";
import { useApp } from "../app.ts";

export function TokenForm() {
  const app = useApp();
  const [token, setToken] = useState("");
  const { phase, reason } = app.connection.value;
  const refused = phase === "refused";
  const submit = (event: Event) => {
    event.preventDefault();
    if (token.trim() !== "") app.useToken(token.trim());
  };
  return (
    <main class="gate">
      <form class="gate-card" onSubmit={submit}>
        <h1>Orderwright</h1>
        <p>
          This page needs the access token. <code>orderwright up</code> prints a link that carries it; the token itself
          is in the data directory. It stays in this tab.
        </p>
        <label class="field">
          <span>Token</span>
          <input
            name="token"
            type="password"
            autocomplete="off"
            spellcheck={false}
            aria-invalid={refused}
            aria-describedby={refused ? "token-problem" : undefined}
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        {refused ? (
          <p class="problem" role="alert" id="token-problem">
            {reason}
          </p>
        ) : null}
        <button type="submit" class="button primary" disabled={token.trim() === ""}>
          Open
        </button>
      </form>
    </main>
  );
}
