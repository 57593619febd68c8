import { act, renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useFields } from "./form";
import { logo, mug, typed } from "./testing";

const line = (productId: string, quantity: string) => ({ productId, quantity });

function open() {
  const onChange = vi.fn();
  const start = typed({ lines: [line(mug.id, "1"), line(logo.id, "x")], email: "ada" });
  const { result } = renderHook(() => useFields(start, onChange));
  return { form: () => result.current, onChange };
}

test("what is typed is told, and takes the complaint about it away", () => {
  const { form, onChange } = open();
  act(() => form().setErrors({ email: "Not an address.", firstName: "Missing." }));
  expect(form().getInputProps("email")).toMatchObject({ value: "ada", error: "Not an address.", "data-path": "email" });
  act(() => form().setFieldValue("email", "ada@shop.test"));
  expect(form().getInputProps("email")).toMatchObject({ value: "ada@shop.test", error: undefined });
  expect(form().errors).toEqual({ firstName: "Missing." });
  expect(onChange).toHaveBeenLastCalledWith(form().values);
  // For who asks before the next drawing, too.
  expect(form().getValues().email).toBe("ada@shop.test");
});

test("complaints stay at their lines when others go and come back", () => {
  const { form } = open();
  act(() => form().setErrors({ "lines.0.quantity": "Sold out.", "lines.1.quantity": "Not a number.", email: "?" }));
  act(() => form().removeLine(0));
  expect(form().errors).toEqual({ "lines.0.quantity": "Not a number.", email: "?" });
  expect(form().getInputProps("lines.0.quantity").value).toBe("x");
  act(() => form().insertLine(line(mug.id, "1"), 0));
  expect(form().errors).toEqual({ "lines.1.quantity": "Not a number.", email: "?" });
  expect(form().values.lines.map(({ productId }) => productId)).toEqual([mug.id, logo.id]);
});
