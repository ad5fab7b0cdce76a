import type { UseFormReturnType } from "@mantine/form";
import { Refusal } from "../api/failure.ts";
import { fieldErrors } from "./core/field-errors.ts";

/** For `onRefused`: shows the server's field problems in the form's fields. */
export function refuseInForm<Values>(form: UseFormReturnType<Values>): (error: unknown) => void {
  return (error) => {
    if (error instanceof Refusal) form.setErrors(fieldErrors(error.fields));
  };
}
