import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "@/api/client";
import { session } from "@/api/session";

/** Ends the session on the server, then here. If the server cannot be reached the session is still open, and stays shown. */
export function useSignOut() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => api.POST("/api/v1/auth/logout", { body: {} }),
    onSuccess: async () => {
      session.end();
      client.clear();
      await navigate({ to: "/" });
    },
  });
}
