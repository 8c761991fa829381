-- What planning a copy has found lies sealed with its plan until the plan is carried out; what is minutes old goes with the next plan.

-- +goose Up
CREATE INDEX plan_sealed ON plan (created_at) WHERE sealed IS NOT NULL;
