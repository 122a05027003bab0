// The scale of the loss: half of it after an overflow, twice as much after many steps without one.
alias T = f32;
@group(0) @binding(0) var<storage, read_write> loss_scale_good: array<f32, 1>;
@group(0) @binding(1) var<storage, read_write> loss_scale: array<f32, 1>;
@group(0) @binding(2) var<storage, read_write> loss_scale_overflows: array<f32, 1>;
@group(0) @binding(3) var<storage, read_write> loss_scale_skipped: array<f32, 1>;

@compute @workgroup_size(1)
fn main() {
  let loss_scale_more_v = T(loss_scale_good[0u]) + T(1.0);
  let loss_scale_due_v = select(T(0.0), T(1.0), loss_scale_more_v > T(1999.5));
  let loss_scale_doubled_v = T(loss_scale[0u]) * T(2.0);
  let loss_scale_larger_v = min(loss_scale_doubled_v, T(16777216.0));
  let loss_scale_grown_v = select(T(loss_scale[0u]), loss_scale_larger_v, loss_scale_due_v > T(0.0));
  let loss_scale_halved_v = T(loss_scale[0u]) * T(0.5);
  let loss_scale_smaller_v = max(loss_scale_halved_v, T(5.960464477539063e-8));
  let loss_scale_new_v = select(loss_scale_grown_v, loss_scale_smaller_v, T(loss_scale_overflows[0u]) > T(0.0));
  let loss_scale_counted_v = select(loss_scale_more_v, T(0.0), loss_scale_due_v > T(0.0));
  let loss_scale_good_new_v = select(loss_scale_counted_v, T(0.0), T(loss_scale_overflows[0u]) > T(0.0));
  let loss_scale_skip_v = select(T(0.0), T(1.0), T(loss_scale_overflows[0u]) > T(0.0));
  let loss_scale_skipped_new_v = T(loss_scale_skipped[0u]) + loss_scale_skip_v;
  loss_scale[0] = loss_scale_new_v;
  loss_scale_good[0] = loss_scale_good_new_v;
  loss_scale_skipped[0] = loss_scale_skipped_new_v;
}
